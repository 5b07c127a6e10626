import type { Notification } from '../../model/notification.ts';

/** Longest text of a section and of a header: https://api.slack.com/reference/block-kit/blocks */
const SECTION = 2_900;
const HEADER = 150;

/** Slack reads these three as markup: https://api.slack.com/reference/surfaces/formatting#escaping */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text } };
}

/** A fence would end where the text holds one. */
function fenced(text: string): string {
  return `\`\`\`${escaped(text.replaceAll('```', "'''"))}\`\`\``;
}

/** Body of a POST to an incoming webhook: `text` is what a phone shows, blocks what the channel does. */
export function slackBody({ title, message, command, link, instance, kind, at }: Notification): object {
  const escapedMessage = escaped(message);
  const shown = escapedMessage.length <= SECTION ? escapedMessage : `${escapedMessage.slice(0, SECTION)}\u2026`;
  const where =
    link === undefined ? escaped(instance) : `<${escaped(link).replaceAll('|', '%7C')}|${escaped(instance)}>`;
  return {
    text: escaped(title),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, HEADER), emoji: false } },
      ...(shown === '' ? [] : [section(shown)]),
      ...(command === undefined ? [] : [section(fenced(command))]),
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: `${where} \u00b7 ${kind} \u00b7 ${new Date(at).toISOString()}` }],
      },
    ],
  };
}
