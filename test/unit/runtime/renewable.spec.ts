import { expect } from 'chai';
import { renewable } from '../../../src/runtime/renewable.ts';
import { certificateStatus } from '../../support/certificate-statuses.ts';
import { snapshot } from '../../support/trace-events.ts';

const WEB = 'Certificate/web';

describe('what can be renewed', () => {
  const { file: _, ...bare } = certificateStatus();
  const seen = snapshot({ certificates: [certificateStatus()] });
  const never = { ...seen.clocks, fullDiff: 0 };

  it('is a certificate with a file, by that file', () =>
    expect(renewable(seen, WEB)).to.deep.equal({
      state: 'renewable',
      fingerprint: certificateStatus().file?.fingerprint,
    }));

  it('is not one that was never issued, and that is no reason to say that it is not wanted', () =>
    expect(renewable(snapshot({ certificates: [bare] }), WEB)).to.deep.equal({ state: 'unissued' }));

  it('is not known before the first look', () => {
    expect(renewable(snapshot({ certificates: [], resources: [], clocks: never }), WEB)).to.deep.equal({
      state: 'unseen',
    });
  });

  it('is nothing that is not wanted, and no authority', () => {
    expect(renewable(seen, 'Certificate/db')).to.deep.equal({ state: 'unknown' });
    expect(renewable(seen, 'CertificateAuthority/root')).to.deep.equal({ state: 'unknown' });
  });
});
