import type { ContainerSpec } from '../../model/specs.ts';
import { plainPath } from '../normalise/host-path.ts';
import { hostControl } from './host-control.ts';
import type { Rule, Violation } from './rule.ts';

/**
 * What stays within the namespaces of a container: what the engine gives each (moby, oci/caps/defaults.go), and three of
 * capabilities(7) that reach its own memory, files and timers only. Anything else needs root's word, also what a later
 * kernel brings: a list of what is dangerous would always be a capability behind.
 */
const HARMLESS_CAPABILITIES = new Set(
  (
    'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID ' +
    'SYS_CHROOT IPC_LOCK LEASE WAKE_ALARM'
  )
    .split(' ')
    .map((name) => `CAP_${name}`),
);

/** Options that leave every protection on. A profile of one's own can allow everything, wherever it is written. */
const HARMLESS_OPTION = /^(?:no-new-privileges(?:=(?:true|false))?|apparmor=docker-default|seccomp=builtin)$/;

/** Devices that reach nothing of the host but themselves; any other may be its disk or its memory. */
const HARMLESS_DEVICE =
  /^\/dev\/(?:null|zero|full|random|urandom|tty|fuse|net\/tun|dri(?:\/.*)?|snd(?:\/.*)?|serial\/by-(?:id|path)\/.*|tty(?:USB|ACM|AMA|S)\d+|video\d+)$/;

/** Settings that take away the wall between a container and the host. */
export const noPrivilegedHostAccess: Rule = {
  name: 'no-privileged-host-access',
  exceptions: true,
  check(draft) {
    return draft.kind === 'Container' ? checkContainer(draft.spec) : [];
  },
};

function checkContainer(spec: ContainerSpec): Violation[] {
  const found: Violation[] = [];
  const refuse = (field: string, what: string): number => found.push(hostControl(what, 'spec', field));
  if (spec.privileged === true) refuse('privileged', 'a privileged container owns the host');
  if (spec.network_mode === 'host')
    refuse('network_mode', 'network_mode: host reaches what listens on loopback, and every network of the host');
  if (spec.pid === 'host') refuse('pid', 'pid: host shows every process of the host');
  if (spec.ipc === 'host') refuse('ipc', 'ipc: host shares the memory of the host');
  if (spec.userns_mode === 'host') refuse('userns_mode', 'userns_mode: host gives up the mapping of users');
  const capabilities = (spec.cap_add ?? []).filter((name) => !HARMLESS_CAPABILITIES.has(name));
  if (capabilities.length > 0)
    refuse('cap_add', `${capabilities.join(', ')} reach${capabilities.length === 1 ? 'es' : ''} out of the container`);
  for (const { source } of spec.devices ?? [])
    if (!HARMLESS_DEVICE.test(plainPath(source)))
      refuse('devices', `${source} is not among the devices that are known to be harmless`);
  const options = (spec.security_opt ?? []).filter((option) => !HARMLESS_OPTION.test(option));
  if (options.length > 0) refuse('security_opt', `${options.join(', ')} switches a protection off, or could`);
  return found;
}
