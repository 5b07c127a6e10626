import type { PassResult } from '../model/trace.ts';
import { systemClock } from '../runtime/clock.ts';
import { statusJson } from '../status/status-json.ts';
import { applyEnding } from './apply-ending.ts';
import { chooseLog } from './choose-log.ts';
import type { Command } from './command.ts';
import { EXIT } from './errors.ts';
import { createOperator } from './operator.ts';

const CODES: Readonly<Record<PassResult, number>> = {
  converged: EXIT.done,
  waiting: EXIT.waiting,
  failing: EXIT.failed,
  stopped: EXIT.failed,
  // Only when it was asked to stop.
  progressing: EXIT.failed,
};

export const command: Command = async ({ settings, output, errors, signal }) => {
  // With --json standard output is for the result alone.
  const log = await chooseLog(settings, settings.json ? errors : output, {
    automatic: 'text',
    times: false,
    once: true,
  });
  const operator = await createOperator(settings, systemClock, [log]);
  try {
    const result = await operator.controller.runUntilSettled({ signal });
    const snapshot = operator.controller.snapshot();
    if (settings.json) output.write(`${JSON.stringify(statusJson(snapshot, false), undefined, 2)}\n`);
    else errors.write(applyEnding(result, snapshot.headline, settings.given));
    return CODES[result];
  } finally {
    await operator.close();
  }
};
