import type { Look } from '../../model/file-specs.ts';
import { redactText } from '../../model/redact.ts';
import type { StepArguments } from '../../model/step.ts';
import { consumerLog } from '../consumer-log.ts';
import { containerAddress } from '../container-address.ts';
import type { StepContext } from '../context.ts';
import { hostInUrl, HttpFailure } from '../http-request.ts';
import { pause } from '../pause.ts';
import { serviceRequest } from '../service-request.ts';
import { StepError } from '../step-error.ts';

/** Milliseconds between two rounds of looks. */
const INTERVAL = 250;
/** Milliseconds for one look. */
const REQUEST_DEADLINE = 5_000;
const SEEN_LENGTH = 300;
/** Bytes of an answer that are looked through. */
const ANSWER_LIMIT = 8 * 1024 * 1024;
/** Milliseconds before the first look in which the consumer was told, and began to say what it makes of it. */
const TOLD_BEFORE = 5_000;

/** What was seen instead of the text that was looked for. */
interface Missing {
  readonly look: Look;
  readonly seen: string;
  /** Nobody could look: a certificate, theirs or ours, is in the way. That says nothing of the content. */
  readonly isUnknown: boolean;
}

/**
 * Looks at what the consumer says of itself until all looks of one round show the new content. Its address is looked up
 * each time: a restart changes it.
 *
 * @throws StepError NOT_LOADED with what was seen last, and with what the consumer's own log says since it was told;
 *   LOADED_UNKNOWN when a certificate is in the way of asking: a content that nobody could see is not taken back
 */
export async function verifyLoaded(args: StepArguments['VerifyLoaded'], context: StepContext): Promise<void> {
  const { container, loaded } = args;
  const { clock, engine } = context;
  const since = clock.now() - TOLD_BEFORE;
  // A timer rather than a comparison of times: the wall clock may jump.
  let expired = false;
  const cancel = clock.after(loaded.within, () => (expired = true));
  try {
    for (;;) {
      const missing = await firstMissing(args, context);
      if (missing === undefined) return;
      if (expired && missing.isUnknown) throw new StepError('LOADED_UNKNOWN', unknownText(args, missing));
      if (expired) {
        const log = await consumerLog(engine, container, { since });
        throw new StepError(
          'NOT_LOADED',
          (await messageOf(args, missing, context)) + (log === '' ? '' : `\nIts log:\n${log}`),
        );
      }
      await pause(clock, Math.min(INTERVAL, loaded.within));
    }
  } finally {
    cancel();
  }
}

async function messageOf(
  { container, loaded }: StepArguments['VerifyLoaded'],
  { look, seen }: Missing,
  { engine }: StepContext,
): Promise<string> {
  const inspect = await engine.inspectContainer(container).catch(() => undefined);
  const name = inspect?.Name.replace(/^\//, '') ?? container;
  return (
    `Container ${name} does not show the new content: GET :${loaded.port}${look.path} did not contain ` +
    `${JSON.stringify(look.contains)} within ${loaded.within} ms; last seen: ${seen}`
  );
}

function unknownText({ loaded }: StepArguments['VerifyLoaded'], { look, seen }: Missing): string {
  return (
    `Whether the new content is loaded is not known, because the container cannot be asked (GET :${loaded.port}${look.path}): ` +
    `${seen}. It stays as it is; bastion certs shows who serves what`
  );
}

/** One round; undefined when every look finds its text. What is refuted goes before what is not known. */
async function firstMissing(args: StepArguments['VerifyLoaded'], context: StepContext): Promise<Missing | undefined> {
  const { path, contains, and = [] } = args.loaded;
  const looks: readonly Look[] = [{ path, contains }, ...and];
  const seen = await Promise.all(looks.map((look) => lookAt(look, args, context)));
  const missing = looks.flatMap((look, position): Missing[] => {
    const instead = seen[position];
    return instead === undefined ? [] : [{ look, ...instead }];
  });
  return missing.find(({ isUnknown }) => !isUnknown) ?? missing[0];
}

/** Undefined when the text is there, else what was seen instead. */
async function lookAt(
  { path, contains }: Look,
  { container, loaded, access }: StepArguments['VerifyLoaded'],
  context: StepContext,
): Promise<Omit<Missing, 'look'> | undefined> {
  const { port, within } = loaded;
  const scheme = access === undefined ? 'http' : 'https';
  let url = 'no address';
  try {
    const host = await containerAddress(context.engine, container);
    url = `${scheme}://${hostInUrl(host)}:${port}${path}`;
    const deadline = Math.min(REQUEST_DEADLINE, Math.max(INTERVAL, within));
    const call = { host, port, path, method: 'GET', deadline, limit: ANSWER_LIMIT, beyondLimit: 'cut' } as const;
    const answer = await serviceRequest(call, access, context);
    if (answer.status < 400 && answer.body.includes(contains)) return undefined;
    const said = redactText(answer.body.trim()).slice(0, SEEN_LENGTH);
    return { seen: `${url} answered ${answer.status}: ${said}`, isUnknown: false };
  } catch (error) {
    const isUnknown = error instanceof HttpFailure && error.because === 'certificate';
    return { seen: `${url}: ${(error as Error).message}`, isUnknown };
  }
}
