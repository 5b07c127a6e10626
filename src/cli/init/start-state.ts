/** Name of the reference to the commit that `bastion init` begins with; hidden from those who fetch. */
export const START_REFERENCE = 'refs/bastion/start';

/** Those that are the same everywhere. */
const OTHER_FILES: Readonly<Record<string, string>> = {
  '10-first-push.yaml': `# A gate of your own; let other resources wait for it with dependsOn: [Gate/first-push], or remove it.
apiVersion: bastion.lab/v1
kind: Gate
metadata: { name: first-push }
spec:
  checklist:
    - You have pushed a desired state of your own to this host
`,
  'README.md': `# Desired state

What lies here as *.yaml is what this host is made to be, and kept to be. Change it, commit it, \`git push bastion main\`:
the push is checked and planned before it is taken, and followed until the host is as it says, or halts at a gate.

\`bastion explain\` describes every kind. The monitoring stack to copy from comes with the program, in its directory
desired-state/.
`,
};

/**
 * Files of the desired state that `bastion init` begins with: nothing but a gate, so nothing is made before a person is there.
 *
 * @param instance Name of the Bastion. What is labelled with it on the engine is adopted or asked to be removed, so a trial beside
 *   an installation must not have its name.
 */
export function startFiles(instance: string): Readonly<Record<string, string>> {
  return {
    '00-bastion.yaml': `# What all other resources rely on: bastion explain Bastion
# The name is on all that is made of this desired state: no other one on the same engine may have it.
apiVersion: bastion.lab/v1
kind: Bastion
metadata: { name: ${instance} }
spec: {}
`,
    ...OTHER_FILES,
  };
}
