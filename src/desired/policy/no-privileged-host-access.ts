import type { ContainerSpec } from '../../model/specs.ts';
import { plainPath } from '../normalise/host-path.ts';
import { hostControl } from './host-control.ts';
import type { Rule, Violation } from './rule.ts';

const CAPABILITIES = new Set([
  'ALL',
  'CAP_SYS_ADMIN',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_PTRACE',
  'CAP_DAC_READ_SEARCH',
]);

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
  if (spec.pid === 'host') refuse('pid', 'pid: host shows every process of the host');
  if (spec.ipc === 'host') refuse('ipc', 'ipc: host shares the memory of the host');
  if (spec.userns_mode === 'host') refuse('userns_mode', 'userns_mode: host gives up the mapping of users');
  const capabilities = (spec.cap_add ?? []).filter((name) => CAPABILITIES.has(name));
  if (capabilities.length > 0)
    refuse('cap_add', `${capabilities.join(', ')} reach${capabilities.length === 1 ? 'es' : ''} out of the container`);
  for (const { source } of spec.devices ?? [])
    if (!HARMLESS_DEVICE.test(plainPath(source)))
      refuse('devices', `${source} is not among the devices that are known to be harmless`);
  const options = (spec.security_opt ?? []).filter(
    (option) => option.endsWith('=unconfined') || option === 'label=disable',
  );
  if (options.length > 0) refuse('security_opt', `${options.join(', ')} switches a protection off`);
  return found;
}
