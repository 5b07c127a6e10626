import { stringify } from 'yaml';
import type { Places } from './places.ts';

/** The configuration file that `bastion init` begins with. In a scratch directory it names every place in it. */
export function configText(places: Places): string {
  const { root, desired, gates, hold, state, repository, releases, socket, branch } = places;
  const elsewhere = root === '' ? {} : { root, 'desired-state': desired, gates, hold, state, listen: 'none' };
  const settings = { ...elsewhere, 'push-socket': socket, repository, releases, branch };
  return `# Settings of bastion, written once by \`bastion init\` and yours from now on. Every flag of \`bastion COMMAND --help\` goes by
# its name; a path is relative to this file.
${stringify(settings)}
# docs/git-push.md:
# keep-releases: 10
# follow: 10m
# allow-force-push: false
# allowed-signers: allowed-signers
`;
}
