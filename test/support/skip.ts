interface Runnable {
  readonly type: string;
  readonly title: string;
  readonly parent?: object;
}

/** Skips the running test (from a test or `beforeEach`) or its whole suite (from `before`), with a reason that is printed. */
export function skipBecause(context: Mocha.Context, reason: string): never {
  const running = context.test as unknown as Runnable;
  // Inside a hook, context.test is the hook; the reason belongs to what the hook's skip skips.
  const target = running.type !== 'hook' ? running : isBeforeAll(running) ? running.parent : context.currentTest;
  (target as { skipReason?: string }).skipReason = reason;
  return context.skip();
}

function isBeforeAll(hook: Runnable): boolean {
  return hook.title.startsWith('"before all"');
}
