import { dispatch } from './cli/dispatch.ts';
import { EXIT } from './cli/errors.ts';
import { streamOutput } from './cli/output.ts';

// A closed pipe (`bastion plan | head`) is the reader's choice, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

// Without a listener Node opens a debugger on this signal, to which everybody on the machine may connect and read keys.
process.on('SIGUSR1', () => undefined);

process.exitCode = await dispatch(process.argv.slice(2), process.env, {
  output: (noColor) => streamOutput(process.stdout, process.env, noColor),
  errors: (noColor) => streamOutput(process.stderr, process.env, noColor),
});
