import { readFileSync } from 'node:fs';
import { UIDS } from './names.ts';

/** A section of docs/runbook.md: what to do about an alert. */
export interface RunbookSection {
  readonly name: string;
  readonly text: string;
  /** Id of its panel in the dashboard of the runbook. */
  readonly panel: number;
}

/** All sections, in the order of the file. */
export function runbookSections(): readonly RunbookSection[] {
  const file = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const [, ...parts] = file.split(/^## /m);
  return parts.map((part, index) => {
    const [name = '', ...lines] = part.split('\n');
    return { name, text: lines.join('\n').trim(), panel: index + 1 };
  });
}

/** Where Grafana shows a section by itself. A path: whoever reads this is in Grafana already. */
export function runbookUrl(name: string, sections = runbookSections()): string {
  const section = sections.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (section === undefined) throw new Error(`docs/runbook.md has no section ${name}`);
  return `/d/${UIDS.runbook}?viewPanel=${section.panel}`;
}
