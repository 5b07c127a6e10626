import type { ConditionType } from '../../src/model/condition.ts';
import type { Key } from '../../src/model/key.ts';
import type { GateStatus, ResourceStatus, StatusSnapshot } from '../../src/model/status.ts';
import type { PageInput } from '../../src/status/page/page-input.ts';
import { statusJson } from '../../src/status/status-json.ts';
import { NOW, snapshot } from './trace-events.ts';

/** A resource of which one thing is to be said. */
export function resourceStatus(
  key: Key,
  type: ConditionType = 'Ready',
  more: Partial<ResourceStatus> & { reason?: string; message?: string } = {},
): ResourceStatus {
  const { reason = type === 'Ready' ? 'AsWanted' : 'Because', message = type === 'Ready' ? '' : 'why', ...rest } = more;
  return {
    key,
    source: { file: 'all.yaml', line: 1, column: 1 },
    dependsOn: [],
    frozen: false,
    conditions: [{ type, status: true, reason, message, since: NOW - 60_000, observedHash: 'v1:1' }],
    ...rest,
  };
}

/** A gate whose turn it is. */
export function gateStatus(name: string, more: Partial<GateStatus> = {}): GateStatus {
  return {
    key: `Gate/${name}`,
    open: false,
    awaitingHuman: true,
    since: NOW - 180_000,
    checklist: ['you saw it'],
    touch: `touch /etc/bastion/gates/${name}.ok`,
    behind: [],
    ...more,
  };
}

/** What a page is made of. */
export function pageInput(more: Partial<StatusSnapshot> = {}, rest: Partial<PageInput> = {}): PageInput {
  return { status: statusJson(snapshot(more), true), history: [], now: NOW, ...rest };
}

/** So many resources, in groups of five as people write them: a container with network, image, directory and file. */
export function manyResources(count: number): ResourceStatus[] {
  const groups = Math.ceil(count / 5);
  const all = Array.from({ length: groups }, (_, group) => {
    const network: Key = `Network/net-${group % Math.ceil(groups / 4)}`;
    const [image, directory, file, container] = [
      `Image/registry.lab/team/app-${group}:1.${group}`,
      `Directory/app-${group}-config`,
      `File/app-${group}-settings`,
      `Container/app-${group}`,
    ] as const;
    const before: Key[] = group >= 4 ? [`Container/app-${Math.floor(group / 4) - 1}`] : [];
    return [
      resourceStatus(network),
      resourceStatus(image),
      resourceStatus(directory),
      resourceStatus(file, 'Ready', { dependsOn: [directory] }),
      resourceStatus(container, group % 9 === 5 ? 'Degraded' : 'Ready', {
        dependsOn: [network, image, directory, file, ...before],
      }),
    ];
  }).flat();
  const unique = [...new Map(all.map((resource) => [resource.key, resource])).values()];
  const filler = Array.from({ length: Math.max(0, count - unique.length) }, (_, index) =>
    resourceStatus(`Volume/data-${index}`),
  );
  return [...unique, ...filler].slice(0, count).sort((a, b) => (a.key < b.key ? -1 : 1));
}
