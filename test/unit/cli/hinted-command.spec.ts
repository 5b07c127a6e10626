import { expect } from 'chai';
import { completeHints, hintedCommand, startCommand } from '../../../src/cli/hinted-command.ts';

describe('a command that a person is told to type', () => {
  it('names the configuration where it is not the one that is read anyway', () => {
    expect(hintedCommand('status', {})).to.equal('bastion status');
    expect(hintedCommand('status', { config: '/etc/bastion/config.yaml' })).to.equal('bastion status');
    expect(hintedCommand('rollback main', { config: '/try/config.yaml' })).to.equal(
      'bastion rollback main --config /try/config.yaml',
    );
  });

  it('has every other flag too that was given, differs from its default, and says what is looked at', () => {
    const given = { state: '/s', gates: '/etc/bastion/gates', 'strict-gates': true, json: true, log: 'text' } as const;
    expect(hintedCommand('status', { ...given, listen: 'none' })).to.equal('bastion status --state /s --strict-gates');
    expect(hintedCommand('run', { listen: 'none' })).to.equal('bastion run --listen none');
    expect(hintedCommand('plan', { config: '' })).to.equal("bastion plan --config ''");
  });

  it('names no more than where the operator is, for what it alone is asked', () => {
    const given = { config: '/c', state: '/s', 'desired-state': '/d', docker: 'tcp://e:1' };
    expect(hintedCommand('retry Container/web', given)).to.equal('bastion retry Container/web --config /c --state /s');
    expect(hintedCommand('certs renew web', given)).to.equal('bastion certs renew web --config /c --state /s');
    expect(hintedCommand('certs', given)).to.contain('--docker tcp://e:1').and.to.contain('--desired-state /d');
  });

  it('is a command of a shell, whatever the file is called', () => {
    expect(hintedCommand('status', { config: "/it's/a b.yaml" })).to.equal(
      String.raw`bastion status --config '/it'\''s/a b.yaml'`,
    );
  });

  it('starts the service of the host, or else the operator itself', () => {
    expect(startCommand({ config: '/etc/bastion/config.yaml' })).to.equal('systemctl start bastion');
    expect(startCommand({ config: '/try/config.yaml' })).to.equal('bastion run --config /try/config.yaml');
  });

  it('is found in what is said, and stays as it is where no flag was given', () => {
    const given = { state: '/s' };
    const cases: readonly (readonly [string, string])[] = [
      ['failing, see `bastion status`', 'failing, see `bastion status --state /s`'],
      ['(or: bastion retry Container/my-web.1)', '(or: bastion retry Container/my-web.1 --state /s)'],
      ['To go on: bastion retry Backup/b.\nNext', 'To go on: bastion retry Backup/b --state /s.\nNext'],
      ['bastion certs shows who', 'bastion certs --state /s shows who'],
      ['bastion history Certificate/a', 'bastion history Certificate/a --state /s'],
    ];
    for (const [text, wanted] of cases) {
      expect(completeHints(text, given)).to.equal(wanted);
      expect(completeHints(wanted, given), 'said twice').to.equal(wanted);
      expect(completeHints(text, {})).to.equal(text);
    }
    const others = [
      'the operator (bastion run, bastion apply) has looked',
      'Container/bastion status',
      'bastion statuses',
    ];
    for (const text of others) expect(completeHints(text, given)).to.equal(text);
  });
});
