import { spawn } from 'node:child_process';
import { isMissing, readErrorText } from '../../model/read-error-text.ts';

/** What a program left; code 127: it could not be started. */
export interface ProgramOutcome {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the host without a shell, to its end. Never rejects. */
export function runProgram(program: string, args: readonly string[]): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: path, LC_ALL: 'C' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => {
      const output = isMissing(error) ? `there is no program ${program} on this host` : readErrorText(error);
      resolve({ code: 127, output });
    });
    child.on('close', (code) => resolve({ code: code ?? -1, output: output.trim() }));
  });
}
