import { COMMON_OPTIONS } from './options.ts';
import { shellWord } from './shell-word.ts';

/**
 * A command that a person is told to type: `bastion rollback main`, with the configuration file that the one who tells it was
 * given, unless that is the one that is read anyway.
 */
export function hintedCommand(words: string, configFile: string | undefined): string {
  const isDefault = configFile === undefined || configFile === COMMON_OPTIONS.config.default;
  return `bastion ${words}${isDefault ? '' : ` --config ${shellWord(configFile)}`}`;
}

/** What starts the operator: the service, where it is the host's own configuration. */
export function startCommand(configFile: string | undefined): string {
  const run = hintedCommand('run', configFile);
  return run === 'bastion run' ? 'systemctl start bastion' : run;
}
