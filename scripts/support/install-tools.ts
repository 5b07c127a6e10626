import { hasProgram, runCommand } from './run-command.ts';

/** Programs that some tests need beside the engine, and Debian's package of each. */
const TOOLS: Readonly<Record<string, string>> = {
  chromium: 'chromium',
  openssl: 'openssl',
  curl: 'curl',
  git: 'git',
  'ssh-keygen': 'openssh-client',
  gpg: 'gnupg',
  zsh: 'zsh',
  fish: 'fish',
  man: 'man-db',
  mandoc: 'mandoc',
  script: 'bsdutils',
  debootstrap: 'debootstrap',
};

/** Installs what is missing where that can be done; tests that miss one then are skipped by its name. */
export async function installTools(log: (line: string) => void): Promise<void> {
  const tools = Object.entries(TOOLS);
  const present = await Promise.all(tools.map(([program]) => hasProgram(program)));
  const missing = tools.filter((_tool, index) => !present[index]).map(([, packageName]) => packageName);
  if (missing.length === 0 || process.getuid?.() !== 0 || !(await hasProgram('apt-get'))) return;
  const names = missing.join(', ');
  log(`installing ${names}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing];
  if ((await runCommand(install, { env })).code === 0) return;
  await runCommand(['apt-get', 'update'], { env });
  const { code, output } = await runCommand(install, { env });
  if (code !== 0) log(`${names} cannot be installed: ${output.trim().split('\n').at(-1) ?? ''}`);
}
