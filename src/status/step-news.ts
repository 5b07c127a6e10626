import { describeStep } from '../model/describe-step.ts';
import { formatChange, formatDuration } from '../model/format-change.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import type { TraceEvent } from '../model/trace.ts';
import { TRIED_AGAIN } from '../model/tried-again.ts';
import { markOf, shownFields } from './step-mark.ts';
import { ToldOnce } from './told-once.ts';
import { traceLine, type TraceLine } from './trace-line.ts';

type Finished = Extract<TraceEvent, { type: 'step-finished' }>;

/** Says in words what steps do and what becomes of them, and neither changes nor errors twice. */
export class StepNews {
  /** Longest target of the plan, so that causes stand below each other. */
  #width = 0;
  readonly #told = new Set<string>();
  /** Of the errors with which a resource's steps failed, since one was done last. */
  readonly #failures = new ToldOnce();

  /** From now on the steps are those of this plan. */
  planned({ steps, conditions }: Plan): void {
    this.#told.clear();
    this.#width = Math.max(0, ...steps.map((step) => step.target.length));
    this.#failures.keepOnly(new Set<string>(conditions.map(({ key }) => key)));
  }

  /** A change that was shown with one step of its resource is not repeated with the others. */
  started(step: Step): TraceLine {
    const changes = shownFields(step);
    const text = changes.map(formatChange).join('\n');
    const news = !this.#told.has(`${step.target}\n${text}`);
    this.#told.add(`${step.target}\n${text}`);
    const details = news && changes.length > 1 ? changes.map(formatChange) : [];
    return traceLine('info', markOf(step), stepText(step, news, this.#width), details);
  }

  /** An error that comes again with each try is written out once. */
  finished(event: Finished): TraceLine {
    const { step, outcome } = event;
    if (outcome.type === 'done') this.#failures.forget(step.target);
    if (outcome.type !== 'retry' && outcome.type !== 'terminal') return finishedLine(event, false);
    return finishedLine(
      event,
      !this.#failures.isNews(step.target, `${step.op} ${outcome.type} ${outcome.error.message}`),
    );
  }
}

function stepText(step: Step, showFields: boolean, width: number): string {
  const changes = showFields ? shownFields(step) : [];
  const detail = describeStep(step, 'names');
  const what = `${step.op.padEnd(17)} ${step.target.padEnd(width)}  ${detail === '' ? '' : `${detail}  `}${step.cause}`;
  return changes.length === 1 ? `${what}  ${changes.map(formatChange).join('')}` : what;
}

function finishedLine({ step, outcome, milliseconds }: Finished, isAsBefore: boolean): TraceLine {
  const detail = describeStep(step, 'names');
  const what = `${step.op.padEnd(17)} ${step.target}${detail === '' ? '' : ` ${detail}`}`;
  if (outcome.type === 'done')
    return traceLine('debug', 'good', `${what}  done in ${formatDuration(milliseconds)}`, outcome.said?.split('\n'));
  if (outcome.type === 'skipped') return traceLine('debug', 'plain', `${what}  not started: ${outcome.because}`);
  if (outcome.type === 'requeueAfter')
    return traceLine(
      'info',
      'plain',
      `${what}  ${outcome.reason}; looking again in ${formatDuration(outcome.milliseconds)}`,
    );
  const why = isAsBefore ? 'again, as before' : `${outcome.error.message} [${outcome.error.code}]`;
  const after = outcome.type === 'terminal' ? 'not tried again until its spec changes' : TRIED_AGAIN;
  return traceLine('error', 'error', `${what}  failed${isAsBefore ? '' : ':'} ${why}, ${after}`);
}
