/** Whether logs are for a machine: under systemd, or when nobody watches. */
export function wantsJsonLogs(environment: NodeJS.ProcessEnv, terminal: boolean): boolean {
  return !terminal || environment['INVOCATION_ID'] !== undefined || environment['JOURNAL_STREAM'] !== undefined;
}
