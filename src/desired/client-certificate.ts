import type { Expansion } from '../model/expansion.ts';
import { keyOf, type Key } from '../model/key.ts';
import type { DesiredState, Finding, Resource } from '../model/resource.ts';
import type { BastionSpec } from '../model/specs.ts';
import { OPERATOR_CERTIFICATE } from '../stack/names.ts';
import type { Problem } from './field.ts';
import { toFindings, type ReadManifests } from './read-manifests.ts';

interface Declared {
  /** Declared, but what is declared cannot be used. */
  readonly brokenKeys: ReadonlySet<Key>;
}

/** The Bastion's spec with the certificate that the stack brings, where there is a stack and no other is named. */
export function withClientCertificate(bastion: BastionSpec, { members }: Expansion): BastionSpec {
  if (bastion.clientCertificate !== undefined || Object.keys(members).length === 0) return bastion;
  return { ...bastion, clientCertificate: OPERATOR_CERTIFICATE };
}

/**
 * The Bastion's spec with a client certificate that is there: the one that it names, else that of the last reading, else
 * none. What is wrong with the one it names is a finding.
 */
export function settleClientCertificate(
  bastion: BastionSpec,
  resources: readonly Resource[],
  manifests: Declared & Pick<ReadManifests, 'valid'>,
  previous: DesiredState | undefined,
): { bastion: BastionSpec; findings: Finding[] } {
  const { clientCertificate, ...others } = bastion;
  const problem = clientCertificate === undefined ? undefined : problemWith(clientCertificate, resources, manifests);
  if (problem === undefined) return { bastion, findings: [] };
  const before = previous?.bastion.clientCertificate;
  const usable = before !== undefined && problemWith(before, resources, manifests) === undefined;
  const entry = manifests.valid.find(({ manifest }) => manifest.kind === 'Bastion');
  return {
    bastion: usable ? { ...others, clientCertificate: before } : others,
    findings: entry === undefined ? [] : toFindings(entry.document, entry.key, [problem]),
  };
}

function problemWith(name: string, resources: readonly Resource[], manifests: Declared): Problem | undefined {
  const path = ['spec', 'clientCertificate'];
  const key = keyOf('Certificate', name);
  const found = resources.filter((resource) => resource.kind === 'Certificate').find((each) => each.key === key);
  if (found === undefined)
    return manifests.brokenKeys.has(key)
      ? { path, rule: 'dependency', message: `needs ${key}, which is broken and has no last good version` }
      : {
          path,
          rule: 'reference',
          message: `names ${key}, which is not declared: add a document of kind Certificate named ${name}`,
        };
  if (found.spec.usages.includes('clientAuth')) return undefined;
  return { path, rule: 'value', message: `names ${key}, which is no client's: add clientAuth to its usages` };
}
