import { expect } from 'chai';
import { MonitoringServer } from '../../../src/cli/monitoring-server.ts';
import type { MonitoringPlace } from '../../../src/desired/monitoring-place.ts';
import { eventually } from '../../support/eventually.ts';

const PLACE: MonitoringPlace = { host: '192.0.2.1', port: 9479, directory: '/pki/live/operator' };

describe('the server in the monitoring network', () => {
  let open: string[];
  let told: string[];
  let server: MonitoringServer;

  beforeEach(() => {
    open = [];
    told = [];
    server = new MonitoringServer(
      ({ host, port }) => {
        if (host === 'nowhere') return Promise.reject(new Error('no such place'));
        const address = `${host}:${port}`;
        open.push(address);
        const close = (): Promise<void> => {
          open.splice(open.indexOf(address), 1);
          return Promise.resolve();
        };
        return Promise.resolve({ address, close });
      },
      (message) => void told.push(message),
    );
  });

  it('serves where the desired state says, once, however often it says so', async () => {
    for (let reading = 0; reading < 3; reading++) server.follow({ ...PLACE });
    await eventually(() => expect(open).to.deep.equal(['192.0.2.1:9479']));
  });

  it('moves, never being at two places, and stops when nobody asks any more', async () => {
    server.follow(PLACE);
    server.follow({ ...PLACE, host: '198.51.100.1' });
    await eventually(() => expect(open).to.deep.equal(['198.51.100.1:9479']));
    server.follow(undefined);
    await eventually(() => expect(open).to.deep.equal([]));
  });

  it('says what keeps it from serving, and tries the next place', async () => {
    server.follow({ ...PLACE, host: 'nowhere' });
    await eventually(() => expect(told.join()).to.contain('no such place'));
    server.follow(PLACE);
    await eventually(() => expect(open).to.deep.equal(['192.0.2.1:9479']));
  });

  it('serves nowhere once it is closed', async () => {
    server.follow(PLACE);
    await server.close();
    server.follow({ ...PLACE, port: 1 });
    expect(open).to.deep.equal([]);
  });
});
