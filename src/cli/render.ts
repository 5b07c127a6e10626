import { stringify } from 'yaml';
import type { Rendering } from '../desired/expansion/rendered-document.ts';
import { readDesiredState } from '../desired/load.ts';
import { keyOf, parseKey } from '../model/key.ts';
import type { Levels } from '../model/levels.ts';
import type { DesiredState } from '../model/resource.ts';
import { loadMemory } from '../runtime/memory-file.ts';
import { withAnsweringMounts } from './answering-mounts.ts';
import type { Command } from './command.ts';
import { CommandError, EXIT, UsageError } from './errors.ts';
import { nearest } from './nearest.ts';
import { readingOptions } from './reading-options.ts';
import { writeFindings } from './validate.ts';

/** `Prometheus/prometheus`, or one of the resources that are rendered from it. */
function choose(wanted: string, renderings: readonly Rendering[], state: DesiredState): readonly Rendering[] {
  const chosen = renderings.filter((rendering) => rendering.from === wanted || keyOfRendering(rendering) === wanted);
  const known = [...Object.keys(state.expansion.members), ...renderings.map(keyOfRendering)];
  if (chosen.length > 0 || known.includes(wanted)) return chosen;
  const meant = nearest(wanted, known);
  throw new CommandError(
    `nothing is rendered from ${wanted}, and it is not rendered itself${meant === undefined ? '' : `; did you mean ${meant}?`}`,
  );
}

function keyOfRendering({ manifest }: Rendering): string {
  return keyOf(manifest.kind, manifest.metadata.name);
}

function placeOf({ document }: Rendering): { file: string; line: number } {
  const { file, line } = document.locate([]);
  return { file, line };
}

/** A manifest as a YAML document that a person could have written, below a line that says where it comes from. */
function documentText(rendering: Rendering): string {
  const { file, line } = placeOf(rendering);
  const text = stringify(rendering.manifest, { lineWidth: 0 });
  return `# from ${rendering.from} (${file}:${line})\n${text}`;
}

/** What the closed loops have changed since, as comments; none where all stands at 0. */
function levelNotes(levels: Levels, isRendered: boolean): string {
  const raised = Object.entries(levels).flatMap(([key, loops]) =>
    Object.entries(loops ?? {}).flatMap(([loop, { level }]) => (level > 0 ? [`${key} ${loop} ${level}`] : [])),
  );
  if (raised.length === 0) return '';
  const what = isRendered
    ? 'as its closed loops have it now'
    : 'as written; in force is what `bastion render --levels` shows, for closed loops stand at other levels';
  return `# ${what}: ${raised.sort().join(', ')}\n`;
}

export const command: Command = async ({ settings, positionals, output, errors }) => {
  const [wanted] = positionals;
  if (wanted !== undefined && parseKey(wanted) === undefined)
    throw new UsageError(`${wanted} is not a resource; write Kind/name, e.g. Prometheus/prometheus`);
  const { levels } = (await loadMemory(settings.stateDirectory)).memory;
  const { state, renderings } = await withAnsweringMounts((silenceAt) =>
    readDesiredState({ ...readingOptions(settings, silenceAt), ...(settings.levels && { levels }) }),
  );
  const exitCode = state.complete ? EXIT.done : EXIT.changes;
  if (!settings.json) writeFindings(state.findings, settings.desiredDirectory, errors);
  const chosen = wanted === undefined ? renderings : choose(wanted, renderings, state);
  if (settings.json) {
    const manifests = chosen.map((rendering) => ({
      from: rendering.from,
      source: placeOf(rendering),
      manifest: rendering.manifest,
    }));
    output.write(`${JSON.stringify({ valid: state.complete, manifests, findings: state.findings }, undefined, 2)}\n`);
    return exitCode;
  }
  output.write(levelNotes(levels, settings.levels) + chosen.map(documentText).join('---\n'));
  return exitCode;
};
