const DEFAULT_HOST = 'unix:///var/run/docker.sock';

/**
 * How docker is called on the demo's engine, in any terminal: what is exported in the demo's own is not in the next one.
 *
 * @param exported what `DOCKER_HOST` is here, for a terminal that has it too
 */
export function demoDocker(host: string, exported: string | undefined): string {
  const isExpected = host === DEFAULT_HOST && (exported === undefined || exported === '' || exported === host);
  return isExpected ? 'docker' : `docker -H ${host}`;
}
