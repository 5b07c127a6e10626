import { expect } from 'chai';
import { realFiles } from '../../../src/certs/real-files.ts';
import { ServiceError } from '../../../src/observe/services/service-error.ts';
import type { WantedService } from '../../../src/plan/service/wanted-services.ts';
import { createReachService } from '../../../src/runtime/ask-service.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { prometheusSpec } from '../../support/stack-services.ts';
import { stubEngine } from '../../support/stub-engine.ts';
import { makeAuthority, type TestAuthority } from '../../support/test-authority.ts';
import { TlsService } from '../../support/tls-service.ts';

describe('reaching a service', () => {
  let authority: TestAuthority;
  let service: TlsService;
  let port: number;
  const reach = createReachService({
    engine: stubEngine({ inspectContainer: () => Promise.resolve(undefined) }),
    files: realFiles,
    clock: systemClock,
  });

  before(async () => {
    authority = await makeAuthority('lab');
    const { certificate: cert, key } = await authority.issue('prometheus.lab');
    service = new TlsService(() => ({ cert, key, ca: authority.certificate }));
    port = await service.listen('127.0.0.1');
  });
  after(() => service.close());

  const wanted = (address: string | undefined, at: number, trust: readonly string[]): WantedService => ({
    key: 'Prometheus/prometheus',
    spec: prometheusSpec({
      at: { ...(address !== undefined && { address }), port: at, serverName: 'prometheus.lab', authority: 'lab' },
    }),
    access: { serverName: 'prometheus.lab', trust },
    thresholds: { memory: [], disk: [] },
  });
  const failure = async (of: WantedService): Promise<ServiceError> => {
    const error: unknown = await reach(of)
      .then((ask) => ask({ path: '/-/ready' }))
      .catch((reason: unknown) => reason);
    if (error instanceof ServiceError) return error;
    throw new Error(`expected a ServiceError, but got ${JSON.stringify(error)}`);
  };

  it('tells a refused certificate from a wrong authority’s, from nobody there, and names the service', async () => {
    const refused = await failure(wanted('127.0.0.1', port, [authority.certificate]));
    expect(refused.kind).to.equal('certificate');
    expect(refused.message).to.contain(`prometheus.lab:${port}`);
    const { certificate } = await makeAuthority('other');
    expect((await failure(wanted('127.0.0.1', port, [certificate]))).kind).to.equal('certificate');
    await service.close();
    expect((await failure(wanted('127.0.0.1', port, [authority.certificate]))).kind).to.equal('unreachable');
  });

  it('says that a container does not run, or is gone', async () => {
    expect((await failure(wanted(undefined, 1, []))).kind).to.equal('not-running');
    const gone = { ...wanted(undefined, 1, []), container: { id: 'c'.repeat(64), startedAt: 1 } };
    expect((await failure(gone)).kind).to.equal('unreachable');
  });
});
