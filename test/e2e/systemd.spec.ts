import { expect } from 'chai';
import { createDockerEngine } from '../../src/engine/docker.ts';
import { eventually } from '../support/eventually.ts';
import { removeInstance } from '../support/remove-instance.ts';
import { SystemdMachine, type MachineOutcome } from '../support/systemd-machine.ts';

const PATIENCE = { within: 30_000, every: 250 };
/** Of `WatchdogSec=2`. */
const TWO_PERIODS_MICROSECONDS = 4_000_000;
const DROP_IN = '/etc/systemd/system/bastion.service.d/test.conf';
const STATE = '/srv/bastion/current';
/** Where a person's data is; everything else is gone after an uninstall. */
const DATA = /^\/(etc\/bastion|srv\/bastion|var\/lib\/bastion|opt\/core|etc\/pki\/homelab|etc\/pki)(\/|$)/;
/** What the distribution's own programs write by the way: accounts and their backups, git's settings, logs, caches. */
const BY_THE_WAY =
  /^\/(etc\/(passwd|group|shadow|gshadow|subuid|subgid|gitconfig)-?$|var\/(log|cache|backups)\/|var\/lib\/(systemd|private)|root\/|var\/tmp\/systemd-private-)/;
const OWNED = (instance: string, image: string): string => `apiVersion: bastion.lab/v1
kind: Bastion
metadata: { name: ${instance} }
---
apiVersion: bastion.lab/v1
kind: Gate
metadata: { name: look }
spec: { checklist: [is it up?], dependsOn: [Container/${instance}-app] }
---
apiVersion: bastion.lab/v1
kind: Directory
metadata: { name: data }
spec: { path: /opt/core/app/data, owner: "65534", group: "65534", mode: "0700" }
---
apiVersion: bastion.lab/v1
kind: File
metadata: { name: settings }
spec: { path: /opt/core/app/data/settings, content: "a: 1", owner: "65534", group: "65534", mode: "0600" }
---
apiVersion: bastion.lab/v1
kind: CertificateAuthority
metadata: { name: lab }
spec: { create: true }
---
apiVersion: bastion.lab/v1
kind: Certificate
metadata: { name: app }
spec: { issuer: lab, dnsNames: [app.lab], owner: "65534", group: "65534" }
---
apiVersion: bastion.lab/v1
kind: Container
metadata: { name: ${instance}-app }
spec: { image: "${image}", command: [sleep, "3600"], mem_limit: 32m, stop_grace_period: 0s }
`;

describe('the service under a real systemd', function () {
  this.timeout(120_000);
  const instance = `e2e-systemd-${process.pid}`;
  let machine: SystemdMachine;
  let atFirst: string[];
  let told: string;
  let prepared: string;
  let pushed: MachineOutcome;

  /** Paths of all files and directories, those of the kernel and of this boot left out. */
  async function files(): Promise<string[]> {
    const output = await machine.must("find / -xdev -not -path '/proc/*' -not -path '/release/*' | sort");
    return output.split('\n');
  }

  /** What is there only once, without data and what is not of the installation. */
  function difference(some: readonly string[], others: readonly string[]): string[] {
    const [left, right] = [new Set(some), new Set(others)];
    const only = [...some.filter((path) => !right.has(path)), ...others.filter((path) => !left.has(path))];
    return only.filter((path) => !BY_THE_WAY.test(path) && !DATA.test(path));
  }

  async function until(state: string, status: RegExp): Promise<void> {
    await eventually(async () => {
      const found = `${await machine.property('ActiveState')}: ${await machine.property('StatusText')}`;
      if (!found.startsWith(`${state}:`) || !status.test(found))
        throw new Error(
          `${found}, not ${state} with ${String(status)}\n${await machine.must('journalctl -u bastion -n 20 --no-pager')}`,
        );
    }, PATIENCE);
  }

  async function dropIn(...lines: string[]): Promise<void> {
    await machine.must(`mkdir -p $(dirname ${DROP_IN})`);
    await machine.write(DROP_IN, ['[Service]', ...lines, ''].join('\n'));
    await machine.must('systemctl daemon-reload');
  }

  async function withoutDropIn(): Promise<void> {
    await machine.must(`rm -rf $(dirname ${DROP_IN}) && systemctl daemon-reload`);
  }

  before(async function () {
    this.timeout(900_000);
    machine = await SystemdMachine.boot(this);
    atFirst = await files();
    told = await machine.must('/release/install');
    prepared = await machine.must('bastion init');
    // As a person does it, but from the machine itself.
    await machine.must('git clone -q /srv/bastion/desired-state.git /root/state');
    await machine.write('/root/state/00-bastion.yaml', OWNED(instance, machine.busybox));
    const git = 'git -C /root/state -c user.name=person -c user.email=person@lab';
    await machine.must(`${git} rm -q 10-*.yaml && ${git} add . && ${git} commit -qm 'An application'`);
    pushed = await machine.run(`${git} push origin main`);
  });

  after(async () => {
    if (machine === undefined) return;
    await machine.close();
    const engine = createDockerEngine({ host: machine.host });
    await removeInstance(engine, instance);
    engine.close();
  });

  it('is installed with two commands, which say what they did and change nothing the second time', async () => {
    expect(told).to.match(/installed: bastion \d.* bastion\.service/);
    expect(told).to.contain('next: sudo bastion init');
    expect(prepared).to.match(/made +bastion.service: enabled and started/);
    await until('active', /halted at gate look/);
    const once = await files();
    const pid = await machine.property('MainPID');
    expect(await machine.must('/release/install')).to.contain('restarted: bastion.service');
    expect(difference(once, await files())).to.deep.equal([]);
    expect(await machine.property('MainPID')).not.to.equal(pid);
    expect(await machine.must('bastion init')).not.to.match(/^(\+|x|!) /m);
    expect(await machine.must('bastion version')).to.match(/^bastion /);
  });

  it("takes a push, plans it in the pusher's terminal, and follows it to the gate", () => {
    expect(pushed.output).to.contain(`Container/${instance}-app`);
    expect(pushed.output).to.contain('halted at gate look');
    expect(pushed.output).to.contain('touch /etc/bastion/gates/look.ok');
  });

  it('goes back to a release for root, who becomes the user that pushes, and follows it over its socket', async () => {
    const tip = (await machine.must('git -C /root/state rev-parse --short=12 HEAD')).trim();
    const again = await machine.run('bastion rollback main');
    expect(again.output).to.contain(`${tip} An application is current already`).and.to.contain('halted at gate look');
    expect(again.code).to.equal(3);
    expect(await machine.must('bastion releases')).to.contain(`* ${tip}`);
  });

  it('has units that systemd finds nothing about, and a sandbox that scores 1.5 at most', async () => {
    const units = 'bastion.service bastion-owner.socket bastion-owner.service';
    const { code, output } = await machine.run(`systemd-analyze verify --man=no ${units}`);
    expect(output.trim()).to.equal('');
    expect(code).to.equal(0);
    for (const [unit, most] of [
      ['bastion', 15],
      ['bastion-owner', 10],
    ] as const) {
      const file = `/usr/local/lib/systemd/system/${unit}.service`;
      await machine.must(`systemd-analyze security --offline=yes --threshold=${most} --no-pager ${file}`);
    }
  });

  it('is started when it works, and says what it halts at', async () => {
    await machine.must('systemctl stop bastion');
    await machine.must('systemctl start bastion');
    expect(await machine.property('ActiveState')).to.equal('active');
    expect(await machine.property('StatusText')).not.to.equal('');
    await until('active', /^active: halted at gate look since \d\d:\d\d$/);
    expect(await machine.must('systemctl status bastion --no-pager')).to.contain('halted at gate look since');
  });

  it('is not started while no engine answers, says so, and is as soon as one does', async () => {
    await dropIn(
      'Environment=DOCKER_HOST=unix:///engine/late.sock',
      'Environment=BASTION_DOCKER=unix:///run/late.sock',
    );
    try {
      await machine.must('systemctl stop bastion; rm -f /run/late.sock; systemctl start --no-block bastion');
      await until('activating', /stopped: /);
      await machine.must('ln -s /engine/docker.sock /run/late.sock');
      await until('active', /halted at gate look/);
    } finally {
      await withoutDropIn();
      await machine.must('rm -f /run/late.sock; systemctl restart bastion');
    }
  });

  it('gives files to the users of services, and reads what only they may read', async () => {
    await until('active', /halted at gate look/);
    const owners = async (): Promise<string> =>
      machine.must(
        "stat -c '%u:%g %a' /opt/core/app/data /opt/core/app/data/settings $(readlink -f /etc/pki/homelab/live/app/tls.key)",
      );
    expect(await owners()).to.equal('65534:65534 700\n65534:65534 600\n65534:65534 400');
    await machine.must(
      'chown root:root /opt/core/app/data/settings; chmod 755 /opt/core/app/data; systemctl reload bastion',
    );
    await eventually(
      async () => expect(await owners()).to.equal('65534:65534 700\n65534:65534 600\n65534:65534 400'),
      PATIENCE,
    );
    // Pushers reach the operator.
    expect(await machine.must("stat -c '%G %a' /run/bastion/push.sock")).to.equal('bastion-push 660');
    expect(await machine.must('grep -h CapEff /proc/$(systemctl show -P MainPID bastion)/status')).to.match(/0{14}0a$/);
  });

  it('cannot open a gate, nor change the desired state or itself, as nobody in its mounts can', async () => {
    const places = [
      '/etc/bastion/gates/look.ok',
      '/etc/bastion/hold/all',
      `${STATE}/more.yaml`,
      '/usr/local/lib/bastion/more',
    ];
    const pid = await machine.property('MainPID');
    // What the service may at most: its user with its capabilities. And what not even root may in its namespace.
    const caps = '+dac_override,+fowner';
    const asService = `setpriv --reuid bastion --regid bastion --init-groups --inh-caps ${caps} --ambient-caps ${caps}`;
    for (const place of places)
      for (const who of [asService, '']) {
        const { code, output } = await machine.run(`LC_ALL=C nsenter --target ${pid} --mount ${who} touch ${place}`);
        expect(output, place).to.contain('Read-only file system');
        expect(code).not.to.equal(0);
      }
    // The same may write where it has to: the attempts above fail for no other reason.
    await machine.must(`nsenter --target ${pid} --mount ${asService} sh -c 'touch /opt/core/x && rm /opt/core/x'`);
    expect(await machine.must('ls -A /etc/bastion/gates /etc/bastion/hold')).not.to.match(/look|all/);
  });

  it('sees a gate that a human opens', async () => {
    await until('active', /halted at gate look/);
    await machine.must('touch /etc/bastion/gates/look.ok');
    await until('active', /^active: converged \(\d+ resources\)$/);
    await machine.must('rm /etc/bastion/gates/look.ok');
    await until('active', /halted at gate look/);
  });

  it('writes to the journal with priorities and fields', async () => {
    interface Entry {
      readonly [field: string]: string;
    }
    const entries = async (filter: string): Promise<Entry[]> => {
      const output = await machine.must(`journalctl --no-pager -o json ${filter}`);
      return output === '' ? [] : output.split('\n').map((line) => JSON.parse(line) as Entry);
    };
    const waiting = (await entries('-u bastion -p warning BASTION_RESOURCE=Gate/look')).at(-1);
    expect(waiting).to.include({
      PRIORITY: '4',
      SYSLOG_IDENTIFIER: 'bastion',
      BASTION_EVENT: 'gate-waiting',
      _TRANSPORT: 'journal',
    });
    expect(waiting?.['MESSAGE']).to.contain('touch /etc/bastion/gates/look.ok');
    expect(await entries('-u bastion -p warning BASTION_EVENT=started')).to.deep.equal([]);
    expect(await entries('-u bastion BASTION_STEP=CreateContainer')).not.to.deep.equal([]);
    // Why it cannot start is told where errors are looked for, and it is not tried for ever.
    await machine.must('cp /etc/bastion/config.yaml /root/; echo "listenn: none" >> /etc/bastion/config.yaml');
    const { code } = await machine.run('systemctl restart bastion');
    await machine.must('cp /root/config.yaml /etc/bastion/config.yaml');
    expect(code).not.to.equal(0);
    expect((await entries('-u bastion -p err -n 5')).map(({ MESSAGE }) => MESSAGE).join('\n')).to.contain(
      'did you mean listen?',
    );
    expect(await machine.property('ActiveState')).to.equal('failed');
    await machine.must('systemctl start bastion');
  });

  it('is started anew by the watchdog when it hangs, and what runs goes on running', async () => {
    await dropIn('WatchdogSec=2', 'RestartSec=100ms');
    try {
      await machine.must('systemctl restart bastion');
      await until('active', /halted at gate look/);
      const engine = createDockerEngine({ host: machine.host });
      const container = await engine.inspectContainer(`${instance}-app`);
      const pid = await machine.property('MainPID');
      // A loop that beats is left alone, for longer than the watchdog waits.
      const beat = async (): Promise<number> => Number(await machine.property('WatchdogTimestampMonotonic'));
      const first = await beat();
      await eventually(async () => expect(await beat()).to.be.at.least(first + TWO_PERIODS_MICROSECONDS), PATIENCE);
      expect(await machine.property('MainPID')).to.equal(pid);
      await machine.must(`kill -STOP ${pid}`);
      await eventually(async () => {
        expect(await machine.property('MainPID')).not.to.be.oneOf([pid, '0']);
      }, PATIENCE);
      await until('active', /halted at gate look/);
      expect(await machine.must('journalctl -u bastion -p err --no-pager -o cat')).to.contain('Watchdog timeout');
      expect((await engine.inspectContainer(`${instance}-app`))?.State.StartedAt).to.equal(container?.State.StartedAt);
      engine.close();
    } finally {
      await withoutDropIn();
      await machine.must('systemctl restart bastion');
    }
  });

  it('stops in order, and leaves nothing that listens', async () => {
    await machine.must('systemctl start bastion && systemctl stop bastion');
    expect(await machine.property('Result')).to.equal('success');
    expect(await machine.property('ActiveState', 'bastion-owner.socket')).to.equal('inactive');
    expect(await machine.must('ls /run')).not.to.contain('bastion');
    await machine.must('systemctl start bastion');
  });

  it('leaves nothing but data when it is uninstalled', async () => {
    const output = await machine.must('/usr/local/lib/bastion/uninstall');
    expect(output).to.contain('left, because it is yours:').and.contain('/etc/bastion');
    expect(difference(atFirst, await files())).to.deep.equal([]);
    expect(await machine.must('ls /etc/bastion'))
      .to.contain('config.yaml')
      .and.contain('gates');
    expect((await machine.run('systemctl cat bastion.service')).code).not.to.equal(0);
    expect(await machine.must('ps -eo args 2>/dev/null || cat /proc/[0-9]*/cmdline')).not.to.contain('bastion.js');
    // With all the data that was left, it is as it was.
    await machine.must('/release/install && systemctl enable --now bastion');
    await until('active', /halted at gate look/);
    await machine.must('/usr/local/lib/bastion/uninstall --purge');
    expect(
      await machine.must('ls -d /etc/bastion /srv/bastion /var/lib/bastion /etc/gitconfig 2>/dev/null || true'),
    ).to.equal('');
    expect((await machine.run('id bastion')).code).not.to.equal(0);
  });

  it('neither runs as a person nor deletes one, and takes away no directory that was there before', async () => {
    await machine.must('rm -rf /opt/core /etc/pki && mkdir /etc/pki && useradd -m -s /bin/bash bastion');
    const before = await files();
    const refused = await machine.run('/release/install');
    expect(refused.code).not.to.equal(0);
    expect(refused.output).to.contain('the user bastion (uid 1000, shell /bin/bash) is no system user');
    expect((await machine.run('bastion version')).code).not.to.equal(0);
    expect(difference(before, await files())).to.deep.equal([]);
    expect(await machine.must('ls -A /etc/pki')).to.equal('');
    await machine.must('userdel -r bastion 2>/dev/null; /release/install');
    // While bastion was installed, somebody made a person of its user; and one who pushes is logged in.
    await machine.must('userdel bastion && useradd -m -s /bin/bash bastion');
    await machine.must('systemd-run --quiet --unit pushing --uid bastion-push sleep infinity');
    const output = await machine.must('/usr/local/lib/bastion/uninstall --purge');
    expect(output).to.contain('left: user bastion, which install did not make');
    expect(output)
      .to.match(/left: user bastion-push \(.*used by process.*\)/)
      .and.contain('left: containers');
    expect(await machine.must('id -u bastion')).to.equal('1000');
    expect(await machine.must('ls -d /etc/pki /opt/core /etc/bastion 2>/dev/null || true')).to.equal('/etc/pki');
    await machine.must('systemctl stop pushing');
  });
});
