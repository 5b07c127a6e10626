import { hasProgram, runCommand } from './run-command.ts';

/** Programs that some tests need beside the engine, each in Debian's package of its name. */
const TOOLS = ['openssl', 'curl'] as const;

/** Installs what is missing where that can be done; tests that miss one then are skipped by its name. */
export async function installTools(log: (line: string) => void): Promise<void> {
  const present = await Promise.all(TOOLS.map((tool) => hasProgram(tool)));
  const missing = TOOLS.filter((_tool, index) => !present[index]);
  if (missing.length === 0 || process.getuid?.() !== 0 || !(await hasProgram('apt-get'))) return;
  log(`installing ${missing.join(' and ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing];
  if ((await runCommand(install, { env })).code === 0) return;
  await runCommand(['apt-get', 'update'], { env });
  const { code, output } = await runCommand(install, { env });
  if (code !== 0) log(`${missing.join(' and ')} cannot be installed: ${output.trim().split('\n').at(-1) ?? ''}`);
}
