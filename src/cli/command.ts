import type { Settings } from './arguments.ts';
import type { OptionDefinition } from './options.ts';
import type { Output } from './output.ts';

/** All that a command gets. */
export interface CommandContext {
  readonly settings: Settings;
  readonly positionals: readonly string[];
  readonly output: Output;
  readonly errors: Output;
  readonly environment: NodeJS.ProcessEnv;
  /** Aborts when the person or systemd asks to stop. */
  readonly signal: AbortSignal;
}

/** What a command's file exports: resolves to the exit code. */
export type Command = (context: CommandContext) => Promise<number>;

/** A whole command line that somebody might type, and what it is for. */
export interface CommandExample {
  readonly line: string;
  readonly does: string;
}

/** How a command is called, without loading it. Help, man page and completions are made of it. */
export interface CommandDefinition {
  readonly summary: string;
  /** Positional arguments as help shows them, e.g. `[renew CERTIFICATE]`; shells offer what shell/offers.ts reads out of it. */
  readonly positionals?: string;
  readonly maximumPositionals: number;
  readonly options: Readonly<Record<string, OptionDefinition>>;
  readonly exitCodes: string;
  readonly examples: readonly [CommandExample, ...CommandExample[]];
  readonly load: () => Promise<{ readonly command: Command }>;
}
