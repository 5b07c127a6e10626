/** Capability names to upper case with `CAP_` (`ALL` stays), sorted, without duplicates: the engine keeps them verbatim. */
export function canonicalCapabilities(names: readonly string[]): string[] {
  const canonical = names.map((name) => {
    const upper = name.toUpperCase();
    return upper === 'ALL' || upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
  });
  return [...new Set(canonical)].sort();
}

/**
 * Security options to `key=value`, sorted. `daemonLabels`: the engine appends `label=disable` by itself (privileged,
 * host pid or ipc), so labels say nothing then.
 */
export function canonicalSecurityOptions(options: readonly string[], daemonLabels: boolean): string[] {
  const canonical = options.map((option) => {
    if (option === 'no-new-privileges') return 'no-new-privileges=true';
    return option.includes('=') ? option : option.replace(':', '=');
  });
  return [...new Set(canonical.filter((option) => !(daemonLabels && option.startsWith('label='))))].sort();
}

const SIGNALS: Readonly<Record<string, string>> = {
  '1': 'SIGHUP',
  '2': 'SIGINT',
  '3': 'SIGQUIT',
  '6': 'SIGABRT',
  '9': 'SIGKILL',
  '10': 'SIGUSR1',
  '12': 'SIGUSR2',
  '15': 'SIGTERM',
};

/** `15`, `TERM` and `SIGTERM` to `SIGTERM`. */
export function canonicalSignal(signal: string): string {
  const upper = signal.toUpperCase();
  return SIGNALS[upper] ?? (upper.startsWith('SIG') ? upper : `SIG${upper}`);
}

/** Comma-separated mount options to the same, sorted. */
export function optionSet(options: string): string {
  return options
    .split(',')
    .filter((option) => option !== '')
    .sort()
    .join(',');
}
