import { engineAnswers } from './engine-http.ts';

/** Address of the engine that this machine already has: `DOCKER_HOST`, else the default socket; undefined when none answers. */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  for (const host of [env['DOCKER_HOST'] ?? '', 'unix:///var/run/docker.sock']) {
    if (host !== '' && (await engineAnswers(host))) return host;
  }
  return undefined;
}
