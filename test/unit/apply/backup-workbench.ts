import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepContext } from '../../../src/apply/context.ts';
import { STEPS } from '../../../src/apply/steps/index.ts';
import { goLive, stageVersion } from '../../../src/certs/pair-store.ts';
import { versionName } from '../../../src/certs/pair-names.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import type { Engine } from '../../../src/engine/port.ts';
import type { ContainerCreateBody, ContainerInspect } from '../../../src/engine/wire.ts';
import type { BackupStepArguments } from '../../../src/model/backup-steps.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakePrometheus } from '../../support/fake-prometheus.ts';
import { makeAuthority } from '../../support/test-authority.ts';
import { stepContext } from './step-context.ts';

/** What a run of promtool ends with, given its arguments. */
export type Promtool = (command: readonly string[], body: ContainerCreateBody) => { exitCode: number; output: string };

/** An engine whose only containers are throw-away ones. */
function promtoolEngine(promtool: Promtool): Partial<Engine> {
  let ended = { exitCode: 0, output: '' };
  return {
    inspectContainer: () => Promise.resolve(undefined),
    createContainer: (_name, body) => {
      ended = promtool([...(body.Entrypoint ?? []), ...(body.Cmd ?? [])], body);
      return Promise.resolve('throw-away');
    },
    startContainer: () => Promise.resolve(),
    waitContainer: () => Promise.resolve(ended.exitCode),
    logs: () => Promise.resolve(ended.output),
    removeContainer: () => Promise.resolve(),
  };
}

/** A directory with a Prometheus, a place for its backups and all that the steps need. */
export class BackupWorkbench {
  readonly clock = new FakeClock({ now: Date.UTC(2026, 10, 22, 3, 15) });
  readonly prometheus: FakePrometheus;
  readonly target: string;
  readonly directory: string;
  promtool: Promtool = (command, body) => ({
    exitCode: 0,
    output: command.includes('list')
      ? (body.HostConfig?.Mounts ?? []).map(({ Target }) => Target.slice('/backup/'.length)).join('\n')
      : '',
  });
  /** Methods of the engine besides those that promtool needs. */
  engine: Partial<Engine> = {};
  readonly #root: string;
  readonly #access: BackupStepArguments['SnapshotPrometheus']['at']['access'];

  private constructor(root: string, prometheus: FakePrometheus, trust: string) {
    this.#root = root;
    this.prometheus = prometheus;
    this.target = join(root, 'backup');
    this.directory = join(this.target, 'nightly');
    this.#access = { serverName: 'prometheus.lab', trust: [trust], identity: join(root, 'operator') };
  }

  static async open(root: string): Promise<BackupWorkbench> {
    const authority = await makeAuthority('lab');
    const client = await authority.issue('operator.lab');
    const version = versionName(0, 'aaaaaaaa');
    const content = {
      certificate: Buffer.from(client.certificate),
      key: Buffer.from(client.key),
      trust: Buffer.from(authority.certificate),
    };
    await stageVersion(realFiles, join(root, 'operator'), version, content, { uid: -1, gid: -1 }, 0o400);
    await goLive(realFiles, join(root, 'operator'), version);
    for (const name of ['backup', 'state']) mkdirSync(join(root, name));
    const prometheus = await FakePrometheus.start(join(root, 'data'), authority);
    return new BackupWorkbench(root, prometheus, authority.certificate);
  }

  get context(): StepContext & { readonly said: string[] } {
    const engine = { ...promtoolEngine((...args) => this.promtool(...args)), ...this.engine };
    return stepContext(engine, {
      stateDirectory: join(this.#root, 'state'),
      target: 'Backup/nightly',
      clock: this.clock,
    });
  }

  /** Runs one step with its usual arguments. */
  async run(op: keyof BackupStepArguments, extra: object = {}): Promise<void> {
    const { data, port } = this.prometheus;
    const args = {
      directory: this.directory,
      dataDirectory: data,
      prometheus: 'prometheus',
      at: { address: '127.0.0.1', port, access: this.#access },
      image: 'sha256:prometheus',
      keep: 7,
      verify: true,
      ...extra,
    };
    await (STEPS[op] as (args: unknown, context: StepContext) => Promise<unknown>)(args, this.context);
  }

  /** A whole backup, as the plan has it. */
  async backUp(extra: object = {}): Promise<void> {
    await this.clock.advance(86_400_000);
    for (const op of [
      'BeginBackup',
      'SnapshotPrometheus',
      'CopyBackup',
      'ReleaseSnapshot',
      'VerifyBackup',
      'PruneBackups',
    ] as const)
      await this.run(op, extra);
  }

  /** Entries in the directory of the backups, sorted. */
  entries(): string[] {
    return readdirSync(this.directory).sort();
  }

  snapshots(): string[] {
    return readdirSync(join(this.prometheus.data, 'snapshots'));
  }

  /** A Grafana's database and secret key, on the disk; the arguments of the step that saves them. */
  grafana(bytes = 8192): { name: string; container: string; database: string; secretKey: string } {
    const home = join(this.#root, 'grafana');
    mkdirSync(home, { recursive: true });
    const database = Buffer.alloc(bytes);
    database.write('SQLite format 3\0', 'latin1');
    database.writeUInt16BE(4096, 16);
    database.writeUInt32BE(bytes / 4096, 28);
    writeFileSync(join(home, 'grafana.db'), database, { mode: 0o640 });
    writeFileSync(join(home, 'grafana.db-wal'), 'log', { mode: 0o640 });
    writeFileSync(join(home, 'secret-key'), 'hunter2', { mode: 0o400 });
    return {
      name: 'grafana',
      container: 'g',
      database: join(home, 'grafana.db'),
      secretKey: join(home, 'secret-key'),
    };
  }

  /**
   * An engine whose container is paused and resumed.
   *
   * @param meanwhile what goes on in each pause, told which one it is, again and again until its end
   */
  pausing(meanwhile: (pause: number) => void = () => undefined): string[] {
    const calls: string[] = [];
    let isPaused = false;
    const goOn = (pause: number): void => {
      if (!isPaused) return;
      meanwhile(pause);
      setImmediate(goOn, pause);
    };
    this.engine = {
      pauseContainer: () => {
        calls.push('pause');
        isPaused = true;
        goOn(calls.filter((call) => call === 'pause').length);
        return Promise.resolve();
      },
      unpauseContainer: () => {
        calls.push('unpause');
        isPaused = false;
        return Promise.resolve();
      },
      inspectContainer: (name) =>
        Promise.resolve(name === 'g' ? ({ State: { Paused: isPaused } } as ContainerInspect) : undefined),
    };
    return calls;
  }
}
