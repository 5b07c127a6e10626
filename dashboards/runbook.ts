import { TextMode, PanelBuilder as Text } from '@grafana/grafana-foundation-sdk/text';
import type { DashboardSpec } from './shared/dashboard.ts';
import { UIDS } from './shared/names.ts';
import { runbookSections, runbookUrl, type RunbookSection } from './shared/runbook.ts';

/**
 * docs/runbook.md as a dashboard, a panel a section: so what to do is one click away from what is red, on a machine that
 * reaches no other page and without an address to be configured.
 */
export function runbook(): DashboardSpec {
  const sections = runbookSections();
  return {
    uid: UIDS.runbook,
    title: 'Runbook',
    description: 'What to do about each alert, as docs/runbook.md has it.',
    variables: [],
    alerts: 'none',
    parts: sections.map((section) => ({
      isHeavy: false,
      span: 12,
      height: 8,
      builder: new Text()
        .title(section.name)
        .description(`What to do about the alert ${section.name}.`)
        .mode(TextMode.Markdown)
        .content(withLinks(section, sections)),
    })),
  };
}

/** Links of the page to its own sections lead to their panels; there is nothing else that it could lead to from here. */
function withLinks({ text }: RunbookSection, sections: readonly RunbookSection[]): string {
  return text.replaceAll(/\]\(#([\w-]+)\)/g, (_, name: string) => `](${runbookUrl(name, sections)})`);
}
