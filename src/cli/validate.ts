import { counted } from '../model/counted.ts';
import { formatFinding } from '../desired/format-finding.ts';
import { loadDesiredState } from '../desired/load.ts';
import type { Finding } from '../model/resource.ts';
import { withAnsweringMounts } from './answering-mounts.ts';
import type { Command } from './command.ts';
import { EXIT } from './errors.ts';
import { shownDirectory } from './shown-directory.ts';
import { styled, type Output } from './output.ts';
import { readingOptions } from './reading-options.ts';

/** Findings, one a line, errors before warnings. */
export function writeFindings(findings: readonly Finding[], directory: string, output: Output): void {
  for (const severity of ['error', 'warning'] as const)
    for (const finding of findings.filter((each) => each.severity === severity)) {
      const sign = styled(output, severity === 'error' ? 'red' : 'yellow', severity === 'error' ? 'x' : '!');
      output.write(`${sign} ${formatFinding(finding, shownDirectory(directory))}\n`);
    }
}

export const command: Command = async ({ settings, output, errors }) => {
  const desired = await withAnsweringMounts((silenceAt) => loadDesiredState(readingOptions(settings, silenceAt)));
  const failed = desired.findings.filter((finding) => finding.severity === 'error').length;
  const valid = failed === 0 && desired.complete;
  if (settings.json) {
    const { instance, revision, findings } = desired;
    const resources = desired.resources.map((resource) => resource.key);
    output.write(
      `${JSON.stringify({ valid, instance, revision: revision ?? null, resources, findings }, undefined, 2)}\n`,
    );
    return valid ? EXIT.done : EXIT.changes;
  }
  writeFindings(desired.findings, settings.desiredDirectory, errors);
  const warnings = desired.findings.length - failed;
  const notes = warnings === 0 ? '' : `, ${counted(warnings, 'warning')}`;
  if (valid)
    output.write(`${styled(output, 'green', 'valid')}: ${counted(desired.resources.length, 'resource')}${notes}\n`);
  else errors.write(`${styled(errors, 'red', 'invalid')}: ${counted(failed, 'error')}${notes}\n`);
  return valid ? EXIT.done : EXIT.changes;
};
