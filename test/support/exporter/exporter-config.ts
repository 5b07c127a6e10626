import type { Config } from '../../../src/exporter/config/config.ts';
import { formatProblems, parseConfig } from '../../../src/exporter/config/parse-config.ts';

/** A checked configuration with these parts; zones lan (192.168.1.0/24, fd00::/8) and docker (172.16.0.0/12) by default. */
export function exporterConfig(parts: Record<string, unknown> = {}): Config {
  const parsed = parseConfig(
    JSON.stringify({
      listen: {
        host: '127.0.0.1',
        port: 0,
        tls: { certificate: '/none/tls.crt', key: '/none/tls.key', clientAuthority: '/none/ca.crt' },
      },
      zones: [
        { name: 'lan', subnets: ['192.168.1.0/24', 'fd00::/8'] },
        { name: 'docker', subnets: ['172.16.0.0/12'] },
      ],
      localDomains: ['lab'],
      ...parts,
    }),
  );
  if ('problems' in parsed) throw new Error(formatProblems('configuration', parsed.problems));
  return parsed.config;
}
