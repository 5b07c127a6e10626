import { expect } from 'chai';
import { nextSteps } from '../../../../src/cli/init/next-steps.ts';

describe('what a person does after bastion init', () => {
  const places = {
    root: '',
    repository: '/srv/bastion/desired-state.git',
    branch: 'main',
    releases: '/srv/bastion/releases',
    configFile: '/etc/bastion/config.yaml',
  } as Parameters<typeof nextSteps>[0];

  it('lets a key push and forward nothing', () => {
    const commands = nextSteps(places, 'host', true).map(({ command }) => command);
    expect(commands).to.include('echo "restrict $(cat your-key.pub)" >> /srv/bastion/.ssh/authorized_keys');
  });
});
