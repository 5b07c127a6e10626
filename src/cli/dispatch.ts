import { parseArguments, resolveSettings } from './arguments.ts';
import type { CommandDefinition } from './command.ts';
import { COMMANDS } from './commands.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { commandHelp, generalHelp } from './help.ts';
import { completeHints, type GivenFlags } from './hinted-command.ts';
import { nearest } from './nearest.ts';
import { styled, type Output } from './output.ts';

const ALL_OPTIONS = Object.assign({}, ...Object.values(COMMANDS).map(({ options }) => options)) as Parameters<
  typeof parseArguments
>[1];

/** The process as the dispatcher sees it. */
export interface Streams {
  /** Outputs with colours as the environment and `--no-color` allow. */
  output(noColor: boolean): Output;
  errors(noColor: boolean): Output;
}

/**
 * Arguments (without node and script) to the exit code: finds the command, reads its settings, runs it, and says what
 * went wrong in words on standard error. SIGTERM and SIGINT abort the command's signal; a second one ends the process.
 */
export async function dispatch(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  streams: Streams,
  commands: Readonly<Record<string, CommandDefinition>> = COMMANDS,
): Promise<number> {
  const output = streams.output(args.includes('--no-color'));
  const errors = streams.errors(args.includes('--no-color'));
  let given: GivenFlags = {};
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
    const definition = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (definition === undefined) {
      const meant = nearest(name, Object.keys(commands));
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
    given = settings.given;
    const { command } = await definition.load();
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
    return await command({
      settings,
      positionals: parsed.positionals,
      output: streams.output(settings.noColor),
      errors: streams.errors(settings.noColor),
      environment,
      signal: stop.signal,
    });
  } catch (error) {
    const fail = (text: string): void => errors.write(`${styled(errors, 'red', 'bastion:')} ${text}\n`);
    if (error instanceof UsageError) {
      const command = args[0] !== undefined && Object.hasOwn(commands, args[0]) ? ` ${args[0]}` : '';
      fail(`${error.message}\nSee: bastion${command} --help`);
      return EXIT.usage;
    }
    // What is expected to fail says so in words; anything else is a fault of ours, and its stack is wanted.
    const expected = error instanceof CommandError || (error instanceof Error && 'code' in error);
    fail(
      expected
        ? completeHints(error.message, given)
        : error instanceof Error
          ? (error.stack ?? error.message)
          : String(error),
    );
    return EXIT.failed;
  } finally {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  }
}
