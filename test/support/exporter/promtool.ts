import type Docker from 'dockerode';

/** What promtool says of a page of metrics (empty: nothing), and its exit code; it runs in a container of Prometheus' image. */
export async function checkMetrics(
  docker: Docker,
  image: string,
  page: string,
): Promise<{ readonly code: number; readonly said: string }> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ['promtool'],
    Cmd: ['check', 'metrics'],
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    const stream = await container.attach({ stream: true, stdin: true, hijack: true });
    await container.start();
    stream.end(page);
    const { StatusCode: code } = (await container.wait()) as { StatusCode: number };
    const said = (await container.logs({ stdout: true, stderr: true })).toString('utf8');
    return { code, said };
  } finally {
    await container.remove({ force: true });
  }
}
