import type { ContainerInspect } from '../../../src/engine/wire.ts';
import type { Behaviour } from './behaviour.ts';

/** How the commands behave that the contract suite and the simulations give to a busybox image. */
export function busyboxBehaviour({ Config }: ContainerInspect): Behaviour {
  const command = [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])];
  const [program = ''] = command;
  const verdict = healthVerdict(Config.Healthcheck?.Test ?? []);
  const interval = (Config.Healthcheck?.Interval ?? 0) / 1e6 || 30_000;
  const retries = verdict === 'healthy' ? 1 : (Config.Healthcheck?.Retries ?? 3);
  const health = { health: [{ status: verdict, afterMilliseconds: interval * retries }] };
  if (program === 'sh') return { ...health, ...shellBehaviour(command.at(-1) ?? '') };
  if (program === 'false') return { ...health, exits: { code: 1, afterMilliseconds: 0 } };
  if (program === 'true') return { ...health, exits: { code: 0, afterMilliseconds: 0 } };
  if (program === 'sleep' || program === 'httpd') return health;
  const reason = `exec: "${program}": ${program.startsWith('/') ? `stat ${program}: no such file or directory` : 'executable file not found in $PATH'}`;
  const message = `failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ${reason}: unknown`;
  return { startFails: { statusCode: 400, exitCode: 127, message } };
}

/** Understands `echo x`, `sleep N`, `exit N` and `trap "exit N" TERM`, one after the other. */
function shellBehaviour(script: string): Behaviour {
  const statements = script.split(';').map((statement) => statement.trim());
  const output = statements.flatMap((statement) => /^echo (.*?)( >&2)?$/.exec(statement)?.[1] ?? []);
  const slept = statements.map((statement) => Number(/^sleep ([\d.]+)( & ?wait)?$/.exec(statement)?.[1] ?? 0));
  const seconds = slept.reduce((sum, each) => sum + each, 0);
  const code = Number(statements.map((statement) => /^exit (\d+)$/.exec(statement)?.[1]).find(Boolean) ?? 0);
  const trap = statements.map((statement) => /^trap "exit (\d+)" (\w+)$/.exec(statement)).find(Boolean);
  return {
    output: output.map((line) => `${line}\n`).join(''),
    exits: { code, afterMilliseconds: seconds * 1000 },
    onSignal: (signal) => (trap && signal === `SIG${trap[2]}` ? Number(trap[1]) : undefined),
  };
}

function healthVerdict(test: readonly string[]): 'healthy' | 'unhealthy' {
  return /^(false|exit [1-9]\d*)$/.test(test.at(-1) ?? '') ? 'unhealthy' : 'healthy';
}
