import type { ContainerSpec } from '../../model/specs.ts';
import { violation, type Rule, type Violation } from './rule.ts';

const CAPABILITIES = new Set([
  'ALL',
  'CAP_SYS_ADMIN',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_PTRACE',
  'CAP_DAC_READ_SEARCH',
]);

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
  const refuse = (field: string, what: string): number =>
    found.push(violation(`${what}: remove it, or allow it by annotation with a reason`, 'spec', field));
  if (spec.privileged === true) refuse('privileged', 'a privileged container owns the host');
  if (spec.pid === 'host') refuse('pid', 'pid: host shows every process of the host');
  if (spec.ipc === 'host') refuse('ipc', 'ipc: host shares the memory of the host');
  if (spec.userns_mode === 'host') refuse('userns_mode', 'userns_mode: host gives up the mapping of users');
  const capabilities = (spec.cap_add ?? []).filter((name) => CAPABILITIES.has(name));
  if (capabilities.length > 0)
    refuse('cap_add', `${capabilities.join(', ')} reach${capabilities.length === 1 ? 'es' : ''} out of the container`);
  const options = (spec.security_opt ?? []).filter(
    (option) => option.endsWith('=unconfined') || option === 'label=disable',
  );
  if (options.length > 0) refuse('security_opt', `${options.join(', ')} switches a protection off`);
  return found;
}
