import { mustRun, runCommand } from './run-command.ts';

/** One rule of one table, as `iptables-save` writes it. */
interface Rule {
  readonly table: string;
  readonly text: string;
}

/** What a Docker daemon changes in the host's network, as it was at one moment. */
export interface NetworkFootprint {
  readonly rules: readonly Rule[];
  /** `table chain` of user-made chains. */
  readonly chains: readonly string[];
  /** Policy of filter/FORWARD, which a daemon sets to DROP. */
  readonly forwardPolicy: string;
  readonly bridges: readonly string[];
}

/** Rules, chains and interfaces that a daemon makes; others are never touched. */
const DAEMON_RULE = /DOCKER|docker0|\bbr-[0-9a-f]{12}\b|\bbst\d+\b|-s 172\.\d+\.\d+\.\d+\/\d+ (! -o|-d).*MASQUERADE/;
const DAEMON_BRIDGE = /^(docker0|br-[0-9a-f]{12}|bst\d+)$/;

/** The host's network as it is now. Without iptables or ip it is taken as empty. */
export async function captureNetwork(): Promise<NetworkFootprint> {
  const rules: Rule[] = [];
  const chains: string[] = [];
  let forwardPolicy = 'ACCEPT';
  let table = '';
  const saved = await runCommand(['iptables-save']);
  for (const line of saved.code === 0 ? saved.output.split('\n') : []) {
    if (line.startsWith('*')) table = line.slice(1);
    const chain = /^:(\S+) (\S+)/.exec(line);
    if (chain?.[2] === '-') chains.push(`${table} ${chain[1]}`);
    if (chain?.[1] === 'FORWARD' && table === 'filter') forwardPolicy = chain[2] ?? 'ACCEPT';
    if (line.startsWith('-A ')) rules.push({ table, text: line });
  }
  const links = await runCommand(['ip', '-o', 'link', 'show', 'type', 'bridge']);
  const bridges = [...(links.code === 0 ? links.output : '').matchAll(/^\d+: ([^:@]+)/gm)].map(
    (match) => match[1] ?? '',
  );
  return { rules, chains, forwardPolicy, bridges };
}

/**
 * Undoes what a daemon that has ended left behind: the rules, chains and bridges that were not there `before`, and the
 * FORWARD policy. .
 *
 * @returns What could not be undone, in words.
 */
export async function restoreNetwork(
  before: NetworkFootprint,
  options: { readonly ownBridges: readonly string[]; readonly othersRun: boolean },
): Promise<string[]> {
  const problems: string[] = [];
  const attempt = async (command: readonly string[]): Promise<void> => {
    const result = await runCommand(command);
    if (result.code !== 0) problems.push(`${command.join(' ')}: ${result.output.trim()}`);
  };
  const { ownBridges, othersRun } = options;
  const now = await captureNetwork();
  const known = new Set(before.rules.map((rule) => `${rule.table} ${rule.text}`));
  const namesOurs = (text: string): boolean => text.split(' ').some((word) => ownBridges.includes(word));
  for (const { table, text } of now.rules) {
    if (known.has(`${table} ${text}`) || !(othersRun ? namesOurs(text) : DAEMON_RULE.test(text))) continue;
    await attempt(['iptables', '-t', table, ...text.replace(/^-A/, '-D').split(' ')]);
  }
  if (!othersRun) {
    for (const chain of now.chains.filter((name) => name.includes('DOCKER') && !before.chains.includes(name))) {
      const [table = '', name = ''] = chain.split(' ');
      await attempt(['iptables', '-t', table, '-X', name]);
    }
    if (now.forwardPolicy !== before.forwardPolicy) await attempt(['iptables', '-P', 'FORWARD', before.forwardPolicy]);
  }
  for (const bridge of now.bridges) {
    if (before.bridges.includes(bridge)) continue;
    if (ownBridges.includes(bridge) || (!othersRun && DAEMON_BRIDGE.test(bridge))) {
      await attempt(['ip', 'link', 'delete', bridge, 'type', 'bridge']);
    }
  }
  return problems;
}

/**
 * A starting daemon empties the DOCKER chains, those of another daemon included. Puts the rules that were there
 * `before` and are gone back to the head of their chains, in their order.
 */
export async function reinstateRules(before: NetworkFootprint): Promise<void> {
  const now = new Set((await captureNetwork()).rules.map((rule) => `${rule.table} ${rule.text}`));
  const lost = before.rules.filter((rule) => DAEMON_RULE.test(rule.text) && !now.has(`${rule.table} ${rule.text}`));
  for (const rule of lost.reverse()) {
    await mustRun(['iptables', '-t', rule.table, ...rule.text.replace(/^-A/, '-I').split(' ')]);
  }
}

/** Makes a bridge of our own with a free private /24 and returns its name. */
export async function makeBridge(existing: NetworkFootprint): Promise<string> {
  const routes = await mustRun(['ip', '-4', 'route', 'show']);
  for (let number = 0; number < 10; number += 1) {
    const name = `bst${number}`;
    const subnet = `172.31.${250 - number}.`;
    if (existing.bridges.includes(name) || routes.includes(subnet)) continue;
    await mustRun(['ip', 'link', 'add', name, 'type', 'bridge']);
    await mustRun(['ip', 'address', 'add', `${subnet}1/24`, 'dev', name]);
    await mustRun(['ip', 'link', 'set', name, 'up']);
    return name;
  }
  throw new Error('No free bridge name and network for a private engine; remove interfaces bst0 to bst9.');
}
