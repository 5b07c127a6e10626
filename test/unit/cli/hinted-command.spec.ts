import { expect } from 'chai';
import { hintedCommand, startCommand } from '../../../src/cli/hinted-command.ts';

describe('a command that a person is told to type', () => {
  it('names the configuration where it is not the one that is read anyway', () => {
    expect(hintedCommand('status', undefined)).to.equal('bastion status');
    expect(hintedCommand('status', '/etc/bastion/config.yaml')).to.equal('bastion status');
    expect(hintedCommand('rollback main', '/try/config.yaml')).to.equal(
      'bastion rollback main --config /try/config.yaml',
    );
  });

  it('is a command of a shell, whatever the file is called', () => {
    expect(hintedCommand('status', "/it's/a b.yaml")).to.equal(String.raw`bastion status --config '/it'\''s/a b.yaml'`);
  });

  it('starts the service of the host, or else the operator itself', () => {
    expect(startCommand('/etc/bastion/config.yaml')).to.equal('systemctl start bastion');
    expect(startCommand('/try/config.yaml')).to.equal('bastion run --config /try/config.yaml');
  });
});
