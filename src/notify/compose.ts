import { formatDuration } from '../model/format-change.ts';
import type { Notification, NotificationKind, NotificationPriority } from '../model/notification.ts';
import type { News } from './decide.ts';
import type { Problem } from './problem.ts';

/** What every notification of a decision has. */
export interface ComposeContext {
  readonly instance: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly link: string | undefined;
}

/** More of one kind than this make one message. */
const ALONE = 3;
/** Services cut what is longer, or refuse it: ntfy makes an attachment of more than 4096 bytes. */
const LONGEST_MESSAGE = 3_000;
const LONGEST_TITLE = 200;
/** The kernel takes 128 KiB in one variable of a command, and services refuse large bodies. */
const MOST_SUBJECTS = 100;
const LONGEST_SUBJECT = 200;
/** A hundred subjects say no more than these. */
const NAMED = 3;

const KINDS_IN_WORDS: Partial<Readonly<Record<NotificationKind, string>>> = {
  halted: 'gates wait for you',
  consent: 'removals wait for your consent',
  degraded: 'resources are degraded',
  stalled: 'resources are stalled: they are left alone until you say so',
  certificate: 'certificates are near their end or past it',
};

const RECOVERED_IN_WORDS: Partial<Readonly<Record<NotificationKind, string>>> = {
  certificate: 'was renewed',
  engine: 'the engine answers again',
  'desired-state': 'the desired state is read without errors again',
};

function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}\u2026`;
}

function named(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return rest > 0 ? `${names.slice(0, NAMED).join(', ')} and ${rest} more` : names.join(', ');
}

function ofProblem({ kind, priority, title, message, subjects, command }: Problem): Draft {
  return { kind, priority, title, message, subjects, ...(command === undefined ? {} : { command }) };
}

function ofProblems(kind: NotificationKind, problems: readonly Problem[]): Draft {
  const subjects = problems.flatMap((problem) => problem.subjects);
  return {
    kind,
    priority: Math.max(...problems.map(({ priority }) => priority)) as NotificationPriority,
    title: `${problems.length} ${KINDS_IN_WORDS[kind] ?? 'problems'}: ${named([...new Set(subjects)])}`,
    message: problems
      .map(({ title, message, command }) => [title, message, ...(command === undefined ? [] : [command])].join('\n'))
      .join('\n\n'),
    subjects: [...new Set(subjects)],
  };
}

type Recovered = Extract<News, { type: 'recovered' }>;

function ofRecovered(all: readonly Recovered[], at: number): Draft {
  const lines = all.map(({ told }) => {
    const words = RECOVERED_IN_WORDS[told.kind] ?? 'recovered';
    const what = told.subjects.length === 0 ? words : `${told.subjects.join(', ')} ${words}`;
    return { what, text: `${what} after ${formatDuration(Math.max(0, at - told.since))}` };
  });
  const subjects = [...new Set(all.flatMap(({ told }) => told.subjects))];
  return {
    kind: 'recovered',
    priority: 3,
    title:
      lines.length === 1
        ? (lines[0]?.what ?? '')
        : `${lines.length} recovered: ${named(lines.map(({ what }) => what.replace(/ recovered$/, '')))}`,
    message: lines.map(({ text }) => text).join('\n'),
    subjects,
  };
}

type Draft = Omit<Notification, 'id' | 'at' | 'instance' | 'link'>;

/** News to notifications, the gravest first: one each, or one for all of a kind when there are many. Pure. */
export function compose(news: readonly News[], { instance, at, link }: ComposeContext): Notification[] {
  const byKind = new Map<NotificationKind, Problem[]>();
  for (const each of news)
    if (each.type === 'problem')
      byKind.set(each.problem.kind, [...(byKind.get(each.problem.kind) ?? []), each.problem]);
  const recovered = news.filter((each) => each.type === 'recovered');
  const drafts: Draft[] = [...byKind].flatMap(([kind, problems]) =>
    problems.length > ALONE ? [ofProblems(kind, problems)] : problems.map(ofProblem),
  );
  if (recovered.length > ALONE) drafts.push(ofRecovered(recovered, at));
  else drafts.push(...recovered.map((each) => ofRecovered([each], at)));
  return drafts
    .sort((a, b) => b.priority - a.priority)
    .map((draft, index) => ({
      id: `${instance}-${at.toString(36)}-${index}`,
      at,
      instance,
      ...draft,
      title: cut(`${instance}: ${draft.title}`, LONGEST_TITLE),
      message: cut(draft.message, LONGEST_MESSAGE),
      subjects: draft.subjects.slice(0, MOST_SUBJECTS).map((subject) => cut(subject, LONGEST_SUBJECT)),
      ...(link === undefined ? {} : { link }),
    }));
}
