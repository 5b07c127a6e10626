import { request } from 'node:http';
import { callEngine, engineAddress } from './engine-http.ts';

/**
 * Brings images from one engine onto another, as `docker save | docker load` does. Rejects when one of the engines does
 * not answer, or refuses.
 *
 * @param from, to `unix:///path` or `tcp://name:port`.
 * @param references Names with tags, all on the first engine.
 */
export function copyImages(from: string, to: string, references: readonly string[]): Promise<void> {
  const names = references.map((reference) => `names=${encodeURIComponent(reference)}`).join('&');
  return new Promise((resolve, reject) => {
    const saving = request({ ...engineAddress(from), path: `/images/get?${names}`, agent: false }, (saved) => {
      if (saved.statusCode !== 200) {
        saved.resume();
        reject(new Error(`${from} does not give its images: ${saved.statusCode}`));
        return;
      }
      callEngine(to, { method: 'POST', path: '/images/load?quiet=1', body: saved, idleMilliseconds: 120_000 }).then(
        ({ status, text }) => {
          // Problems after the first byte come inside an answer of success.
          if (status === 200 && !text.includes('"errorDetail"')) resolve();
          else reject(new Error(`${to} does not take images: ${status} ${text.trim()}`));
        },
        reject,
      );
    });
    saving.on('error', reject);
    saving.end();
  });
}
