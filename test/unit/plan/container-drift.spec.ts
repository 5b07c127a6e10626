import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import {
  container,
  id,
  network,
  NOW,
  observedContainer,
  observedNetwork,
  planningInput,
  foreignContainer,
  observedImage,
} from '../../support/planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';

describe('planning one container', () => {
  const web = container('web', { mem_limit: 64 * 1024 ** 2, restart: { policy: 'unless-stopped' } });

  it('creates and starts what is missing', () => {
    expectPlan(
      planningInput([web]),
      `
      #1 CreateContainer Container/web: missing
      #2 StartContainer Container/web: missing (after #1)`,
    );
  });

  it('connects further networks before the start, because create takes only one', () => {
    const front = network('front');
    const back = network('back');
    const both = container('web', { networks: { front: { aliases: [] }, back: { aliases: ['db'] } } }, [
      front.key,
      back.key,
    ]);
    expectPlan(
      planningInput([both, front, back], { networks: [observedNetwork(front), observedNetwork(back)] }),
      `
      #1 CreateContainer Container/web: missing
      #2 ConnectNetwork Container/web front web: missing (after #1)
      #3 StartContainer Container/web: missing (after #2)`,
    );
  });

  it('leaves alone what is as wanted', () => {
    const input = planningInput([web], { containers: [observedContainer(web)] });
    expectPlan(input, 'nothing to do');
    expectConditions(input, 'Container/web Ready Running');
  });

  for (const [state, step] of [
    ['exited', 'StartContainer'],
    ['created', 'StartContainer'],
    ['paused', 'UnpauseContainer'],
  ] as const)
    it(`brings back a container that is ${state}`, () => {
      expectPlan(
        planningInput([web], { containers: [observedContainer(web, { state })] }),
        `
        #1 ${step} Container/web aaaaaaaaaaaa: drift
             state: want running, got ${state}`,
      );
    });

  it('leaves a container that is just being removed to whoever removes it, and looks again', () => {
    const input = planningInput([web], { containers: [observedContainer(web, { state: 'removing' })] });
    expectPlan(input, 'nothing to do');
    expectConditions(input, 'Container/web Progressing Removing');
  });

  it('gives a renamed container its name back', () => {
    expectPlan(
      planningInput([web], { containers: [observedContainer(web, { name: 'other' })] }),
      `
      #1 RenameContainer Container/web aaaaaaaaaaaa to web: drift
           name: want web, got other`,
    );
  });

  it('updates limits in place and names each field', () => {
    const live = observedContainer(web);
    expectPlan(
      planningInput([web], {
        containers: [
          { ...live, fields: { ...live.fields, mem_limit: 32 * 1024 ** 2, restart: 'always', pids_limit: 5 } },
        ],
      }),
      `
      #1 UpdateContainer Container/web: drift
           mem_limit: want 64m, got 32m
           pids_limit: want unset, got 5
           restart: want unless-stopped, got always`,
    );
  });

  it('replaces to take a limit away, which the engine cannot do in place', () => {
    const plain = container('web');
    const live = observedContainer(plain);
    expectPlan(
      planningInput([plain], { containers: [{ ...live, fields: { ...live.fields, cpus: 0.5 } }] }),
      `
      #1 CreateContainer Container/web as web.next: drift
           cpus: want unset, got 0.5
      #2 StopContainer Container/web aaaaaaaaaaaa: drift (after #1)
      #3 RenameContainer Container/web aaaaaaaaaaaa to web.old-aaaaaaaaaaaa: drift (after #2)
      #4 RenameContainer Container/web web.next to web: drift (after #3)
      #5 StartContainer Container/web: drift (after #4)`,
    );
  });

  it('connects a network that is missing and leaves one that is foreign', () => {
    const front = network('front');
    const wired = container('web', { networks: { front: { aliases: ['www'] } } }, [front.key]);
    const live = observedContainer(wired, { networkIds: { bridge: 'net-bridge' } });
    const { 'networks.front': _front, 'networks.front.aliases': _aliases, ...rest } = live.fields;
    expectPlan(
      planningInput([wired, front], {
        networks: [observedNetwork(front)],
        containers: [{ ...live, fields: { ...rest, 'networks.bridge': 'attached' } }],
      }),
      `
      #1 DisconnectNetwork Container/web bridge aaaaaaaaaaaa: drift
           networks.bridge: want unset, got attached
      #2 ConnectNetwork Container/web front aaaaaaaaaaaa: drift (after #1)
           networks.front: want attached, got unset
           networks.front.aliases: want [www], got unset`,
    );
  });

  it('reconnects an endpoint that refers to a network that is gone', () => {
    const front = network('front');
    const wired = container('web', { networks: { front: { aliases: [] } } }, [front.key]);
    expectPlan(
      planningInput([wired, front], {
        networks: [observedNetwork(front, { id: 'net-new' })],
        containers: [observedContainer(wired)],
      }),
      `
      #1 DisconnectNetwork Container/web front aaaaaaaaaaaa: drift
      #2 ConnectNetwork Container/web front aaaaaaaaaaaa: drift (after #1)
           networks.front: want attached, got "attached to a network that is gone"`,
    );
  });

  it('replaces when the reference resolves to another image', () => {
    const live = observedContainer(web, { imageId: `sha256:${id('2')}` });
    expectPlan(
      planningInput([web], { containers: [live] }),
      `
      #1 CreateContainer Container/web as web.next: drift
           image: want "app:1 (111111111111)", got 222222222222
      #2 StopContainer Container/web aaaaaaaaaaaa: drift (after #1)
      #3 RenameContainer Container/web aaaaaaaaaaaa to web.old-aaaaaaaaaaaa: drift (after #2)
      #4 RenameContainer Container/web web.next to web: drift (after #3)
      #5 StartContainer Container/web: drift (after #4)`,
    );
  });

  it('expects what the image brings, so that it is no drift', () => {
    const image = observedImage({
      env: ['PATH=/bin', 'A=image'],
      cmd: ['serve'],
      labels: { vendor: 'x' },
      workingDir: '/app/',
      exposedPorts: ['80/tcp'],
    });
    const own = container('web', { environment: { A: 'mine' } });
    const live = observedContainer(own);
    const fields = {
      ...live.fields,
      'environment.A': 'mine',
      'environment.PATH': '/bin',
      command: ['serve'],
      'labels.vendor': 'x',
      working_dir: '/app',
      expose: ['80/tcp'],
    };
    expectPlan(
      planningInput([own], { containers: [{ ...live, fields }], images: { 'app:1': image } }),
      'nothing to do',
    );
  });

  it('leaves log options of the daemon alone, but not those of the spec', () => {
    const logged = container('web', { logging: { options: { 'max-size': '1m' } } });
    const live = observedContainer(logged);
    expectPlan(
      planningInput([logged], {
        containers: [{ ...live, fields: { ...live.fields, 'logging.options.max-file': '3' } }],
      }),
      'nothing to do',
    );
  });

  it('never replaces again for a field that differed right after our own apply', () => {
    const live = observedContainer(web);
    const fields = { ...live.fields, shm_size: 1 };
    const baseline = {
      containerId: live.id,
      engineVersion: '20.10.24',
      specHash: web.hash,
      fields,
      faults: { shm_size: null },
    };
    const input = planningInput(
      [web],
      { containers: [{ ...live, fields }] },
      { memory: { ...EMPTY_MEMORY, baselines: { 'Container/web': baseline } } },
    );
    expectPlan(input, 'nothing to do');
    const later = { ...live, fields: { ...fields, shm_size: 2 } };
    expectPlan(
      planningInput([web], { containers: [later] }, { memory: input.memory }),
      `
      #1 CreateContainer Container/web as web.next: drift
           shm_size: want 1b, got 2b
      #2 StopContainer Container/web aaaaaaaaaaaa: drift (after #1)
      #3 RenameContainer Container/web aaaaaaaaaaaa to web.old-aaaaaaaaaaaa: drift (after #2)
      #4 RenameContainer Container/web web.next to web: drift (after #3)
      #5 StartContainer Container/web: drift (after #4)`,
    );
  });

  it('compares engine members only with a baseline of the same engine', () => {
    const live = observedContainer(web);
    const baseline = {
      containerId: live.id,
      engineVersion: '20.10.24',
      specHash: web.hash,
      fields: { ...live.fields, 'engine.BlkioWeight': 10 },
      faults: {},
    };
    const memory = { ...EMPTY_MEMORY, baselines: { 'Container/web': baseline } };
    expectPlan(planningInput([web], { containers: [live] }), 'nothing to do');
    const drifted = planningInput([web], { containers: [live] }, { memory });
    expectConditions(drifted, 'Container/web Progressing Drifted');
    const upgraded = { ...memory, baselines: { 'Container/web': { ...baseline, engineVersion: '28' } } };
    expectPlan(planningInput([web], { containers: [live] }, { memory: upgraded }), 'nothing to do');
  });

  it('stops in front of a foreign container of the wanted name until told to adopt it', () => {
    const input = planningInput([web], { containers: [foreignContainer('web')] });
    expectPlan(input, 'nothing to do');
    expectConditions(input, 'Container/web Stalled Conflict');
    const adopting = container('web', { adopt: true });
    expectPlan(
      planningInput([adopting], { containers: [foreignContainer('web')] }),
      `
      #1 CreateContainer Container/web as web.next: adopted
      #2 StopContainer Container/web ffffffffffff: adopted (after #1)
      #3 RenameContainer Container/web ffffffffffff to web.old-ffffffffffff: adopted (after #2)
      #4 RenameContainer Container/web web.next to web: adopted (after #3)
      #5 StartContainer Container/web: adopted (after #4)`,
    );
  });

  it('knows the container whose network is shared by its id, and replaces when that one was replaced', () => {
    const vpn = container('vpn');
    const client = container('web', { network_mode: 'container:vpn' }, [vpn.key]);
    const live = observedContainer(client, { networkIds: {} });
    const asKept = { ...live, fields: { ...live.fields, network_mode: `container:${id('b')}` } };
    const containers = [observedContainer(vpn, { id: id('b') }), asKept];
    expectPlan(planningInput([client, vpn], { containers }), 'nothing to do');
    expectConditions(
      planningInput([client, vpn], { containers: [observedContainer(vpn, { id: id('c') }), asKept] }),
      `
      Container/vpn Ready Running
      Container/web Progressing Drifted`,
    );
  });

  it('never touches the container that the operator itself runs in', () => {
    const input = planningInput([container('web', { adopt: true })], {
      containers: [foreignContainer('web')],
      ownContainerId: id('f'),
    });
    expectPlan(input, 'nothing to do');
    expectConditions(input, 'Container/web Stalled OwnContainer');
  });

  it('removes duplicates of ours and keeps the one with the wanted hash', () => {
    const stray = observedContainer(web, { id: id('b'), name: 'copy', createdAt: NOW });
    const old = { ...stray, owner: { instance: 'home', key: web.key, specHash: 'v1:other' } };
    expectPlan(
      planningInput([web], { containers: [old, observedContainer(web)] }),
      '#1 RemoveContainer Container/web bbbbbbbbbbbb: duplicate of ours (copy)',
    );
  });

  it('does not start a finished job again', () => {
    const job = container('job', { runPolicy: 'once' });
    const input = planningInput([job], { containers: [observedContainer(job, { state: 'exited' })] });
    expectPlan(input, 'nothing to do');
    expectConditions(input, 'Container/job Ready Completed');
    const failed = planningInput([job], { containers: [observedContainer(job, { state: 'exited', exitCode: 3 })] });
    expectPlan(failed, 'nothing to do');
    expectConditions(failed, 'Container/job Degraded JobFailed');
  });

  it('starts a finished job again after each start of the container that it runs after', () => {
    const job = container('job', { runPolicy: 'once', runAfter: 'web' });
    const finished = observedContainer(job, { id: id('b'), state: 'exited', exitCode: 3, startedAt: NOW - 60_000 });
    const started = (startedAt: number, parts = {}) =>
      planningInput([web, job], { containers: [observedContainer(web, { startedAt, ...parts }), finished] });
    expectPlan(started(NOW - 59_000), '#1 StartContainer Container/job bbbbbbbbbbbb: runs after every start of web');
    expectConditions(
      started(NOW - 59_000),
      `
      Container/job Progressing RunsAgain
      Container/web Ready Running`,
    );
    expectPlan(started(NOW - 61_000), 'nothing to do');
    expectConditions(
      started(NOW - 61_000),
      `
      Container/job Degraded JobFailed
      Container/web Ready Running`,
    );
    expectPlan(
      started(NOW - 59_000, { state: 'paused' }),
      `
      #1 UnpauseContainer Container/web aaaaaaaaaaaa: drift
           state: want running, got paused`,
    );
  });

  it('waits for health, then says what is wrong', () => {
    const starting = planningInput([web], {
      containers: [observedContainer(web, { health: 'starting', startedAt: NOW - 1000 })],
    });
    expectConditions(starting, 'Container/web Progressing AwaitingHealth');
    expectConditions(
      planningInput([web], { containers: [observedContainer(web, { health: 'starting' })] }),
      'Container/web Degraded NotHealthyInTime',
    );
    expectConditions(
      planningInput([web], { containers: [observedContainer(web, { health: 'unhealthy' })] }),
      'Container/web Degraded Unhealthy',
    );
    expectConditions(
      planningInput([web], { containers: [observedContainer(web, { state: 'restarting' })] }),
      'Container/web Degraded CrashLooping',
    );
  });
});
