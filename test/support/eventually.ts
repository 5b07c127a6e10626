/** Retries a check until it stops throwing; rejects with its last error after `within` milliseconds. */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { within = 2000, every = 10 }: { within?: number; every?: number } = {},
): Promise<T> {
  const limit = performance.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > limit) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
