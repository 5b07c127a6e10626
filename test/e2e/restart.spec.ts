import { rmSync } from 'node:fs';
import { expect } from 'chai';
import { manifest } from '../support/desired-directory.ts';
import { Workplace } from '../support/workplace.ts';

describe('a restart of the operator', function () {
  this.timeout(120_000);
  let place: Workplace;

  before(async function () {
    place = await Workplace.open(this, 'restart');
    place.desired.write(
      '10-stack.yaml',
      manifest('Network', place.name('net')),
      manifest('Volume', place.name('data')),
      place.container('web', {
        networks: { [place.name('net')]: { aliases: ['www'] } },
        volumes: [`${place.name('data')}:/data`],
        healthcheck: place.health('true'),
        restart: 'unless-stopped',
      }),
      place.container('job', { command: ['true'], runPolicy: 'once' }),
      place.container('other', { pids_limit: 50 }),
    );
    const operator = place.start();
    await operator.result('converged');
    expect((await operator.stop()).code).to.equal(0);
  });

  after(() => place?.close());

  /** Id and start time of everything. */
  async function life(): Promise<string[]> {
    const names = Object.keys(await place.containers());
    const found = await Promise.all(names.map((name) => place.inspect(name)));
    return found.map(({ Id, Name, State }) => `${Name} ${Id} ${State.StartedAt} ${State.Status}`);
  }

  it('changes nothing that runs', async () => {
    const before = await life();
    const steps = place.history().length;
    const operator = place.start();
    await operator.result('converged');
    expect((await operator.stop()).code).to.equal(0);
    expect(await life()).to.deep.equal(before);
    expect(place.history()).to.have.length(steps);
  });

  it('with its state directory lost changes nothing that runs, and a plan is empty at once', async () => {
    const before = await life();
    rmSync(place.state, { recursive: true });
    expect(await place.command('plan')).to.include({ code: 0, stdout: 'nothing to do\n' });
    const operator = place.start();
    await operator.result('converged');
    expect((await operator.stop()).code).to.equal(0);
    expect(await life()).to.deep.equal(before);
    expect(place.history()).to.deep.equal([]);
    expect(await place.command('plan')).to.include({ code: 0, stdout: 'nothing to do\n' });
  });
});
