/** The image with Node that the exporter's is made on, pinned. */
export const NODE_IMAGE = 'node:20.20.2-bookworm-slim';

/** Where the image has Node and the program. */
export const NODE_INSIDE = '/usr/local/bin/node';
export const PROGRAM_INSIDE = '/opt/adguard-exporter.js';

/**
 * What keeps Node small under a limit; the numbers are in bench/RESULTS.md. V8 takes its limits from the machine and not
 * from the container, so they are said here. `--no-opt` would save 2 MB of 40 and cost half of the speed.
 */
const SMALL_NODE = ['--max-old-space-size=24', '--max-semi-space-size=1', '--v8-pool-size=0'];

/** Instructions of a Dockerfile that make an image with Node and the program the exporter's. */
export const EXPORTER_INSTRUCTIONS: readonly string[] = [
  'USER 65532',
  'EXPOSE 9617',
  'ENV MALLOC_ARENA_MAX=1',
  'ENV UV_THREADPOOL_SIZE=1',
  `ENTRYPOINT ${JSON.stringify([NODE_INSIDE, ...SMALL_NODE, PROGRAM_INSIDE])}`,
  'CMD ["--config","/etc/adguard-exporter/config.json"]',
];

/**
 * The Dockerfile of a build context.
 *
 * @param base image that has Node at NODE_INSIDE; undefined: none, the context has all files below rootfs/
 */
export function exporterDockerfile(base: string | undefined): string {
  return [
    '# Written by `bastion exporter-image`; write it again after an update of bastion.',
    ...(base === undefined ? ['FROM scratch', 'COPY rootfs/ /'] : [`FROM ${base}`]),
    `COPY adguard-exporter.js ${PROGRAM_INSIDE}`,
    ...EXPORTER_INSTRUCTIONS,
    '',
  ].join('\n');
}
