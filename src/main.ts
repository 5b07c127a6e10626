import { parseArguments, resolveSettings } from './cli/arguments.ts';
import { COMMANDS } from './cli/commands.ts';
import { CommandError, EXIT, UsageError } from './cli/errors.ts';
import { commandHelp, generalHelp } from './cli/help.ts';
import { nearest } from './cli/nearest.ts';
import { streamOutput, styled } from './cli/output.ts';

const ALL_OPTIONS = Object.assign({}, ...Object.values(COMMANDS).map(({ options }) => options)) as Parameters<
  typeof parseArguments
>[1];

/** Arguments (without node and script) to the exit code. */
async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const output = streamOutput(process.stdout, environment, args.includes('--no-color'));
  const errors = streamOutput(process.stderr, environment, args.includes('--no-color'));
  const stop = new AbortController();
  const onSignal = (): void => {
    // A second signal finds no listener any more and ends the process at once.
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    stop.abort();
  };
  try {
    const [first = '--help', ...rest] = args;
    if (first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
      output.write(generalHelp());
      return args.length === 0 ? EXIT.usage : EXIT.done;
    }
    const name = first === '--version' || first === '-V' ? 'version' : first === 'help' ? (rest[0] ?? '') : first;
    const definition = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (definition === undefined) {
      const meant = nearest(name, Object.keys(COMMANDS));
      const what = name.startsWith('-') ? 'the command comes first' : `unknown command ${name}`;
      throw new UsageError(meant === undefined ? what : `${what}; did you mean ${meant}?`);
    }
    const parsed = parseArguments(rest, definition.options);
    if (parsed.values['help'] === true || first === 'help') {
      output.write(commandHelp(name, definition));
      return EXIT.done;
    }
    const extra = parsed.positionals[definition.maximumPositionals];
    if (extra !== undefined) throw new UsageError(`unexpected argument ${extra}`);
    const settings = await resolveSettings(parsed, definition.options, ALL_OPTIONS, environment);
    const { command } = await definition.load();
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
    return await command({
      settings,
      positionals: parsed.positionals,
      output: streamOutput(process.stdout, environment, settings.noColor),
      errors: streamOutput(process.stderr, environment, settings.noColor),
      environment,
      signal: stop.signal,
    });
  } catch (error) {
    const fail = (text: string): void => errors.write(`${styled(errors, 'red', 'bastion:')} ${text}\n`);
    if (error instanceof UsageError) {
      const command = args[0] !== undefined && Object.hasOwn(COMMANDS, args[0]) ? ` ${args[0]}` : '';
      fail(`${error.message}\nSee: bastion${command} --help`);
      return EXIT.usage;
    }
    // What is expected to fail says so in words; anything else is a fault of ours, and its stack is wanted.
    const expected = error instanceof CommandError || (error instanceof Error && 'code' in error);
    fail(expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
    return EXIT.failed;
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  }
}

// A closed pipe (`bastion plan | head`) is the reader's choice, not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

process.exitCode = await main(process.argv.slice(2), process.env);
