import { violation, type Rule } from './rule.ts';

/** One container must not be able to starve the bastion. */
export const memoryLimitRequired: Rule = {
  name: 'memory-limit-required',
  exceptions: true,
  check(draft) {
    if (draft.kind !== 'Container' || draft.spec.mem_limit !== undefined) return [];
    return [
      violation('every container needs a memory limit: add mem_limit, such as mem_limit: 64m', 'spec', 'mem_limit'),
    ];
  },
};
