import { parseArgs } from 'node:util';

/** What the demo is asked for, besides being started. */
export interface DemoArguments {
  readonly down: boolean;
  readonly help: boolean;
  /** Flags that npm took for its own: `npm run demo --down` instead of `npm run demo -- --down`. */
  readonly takenByNpm: readonly ('down' | 'help')[];
}

/**
 * Reads the command line, and the environment in which npm hands on the flags that it kept for itself: whoever wants the
 * demo removed must not get it started.
 *
 * @throws TypeError ERR_PARSE_ARGS_... for what it does not know
 */
export function demoArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): DemoArguments {
  const { values } = parseArgs({
    args: [...args],
    options: { down: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
  });
  // `--no-down` and `--down=false` come as an empty text.
  const isSet = (name: string): boolean => !['', 'false'].includes(environment[`npm_config_${name}`] ?? '');
  const takenByNpm = (['down', 'help'] as const).filter((name) => !values[name] && isSet(name));
  return {
    down: values.down || takenByNpm.includes('down'),
    help: values.help || takenByNpm.includes('help'),
    takenByNpm,
  };
}
