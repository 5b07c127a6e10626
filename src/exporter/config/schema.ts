/** The part of JSON Schema that the configuration needs: checking it must not cost the memory of a schema compiler. */
export type Schema =
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, Schema>>;
      readonly required?: readonly string[];
      readonly description?: string;
    }
  | {
      readonly type: 'array';
      readonly items: Schema;
      readonly maxItems?: number;
      readonly default?: readonly never[];
      readonly description?: string;
    }
  | {
      readonly type: 'string';
      readonly enum?: readonly string[];
      readonly pattern?: string;
      readonly default?: string;
      readonly description?: string;
    }
  | {
      readonly type: 'integer';
      readonly minimum: number;
      readonly maximum: number;
      readonly default?: number;
      readonly description?: string;
    }
  | { readonly type: 'boolean'; readonly default?: boolean; readonly description?: string };

const path = { type: 'string', pattern: '^/.' } as const;
const zoneName = { type: 'string', pattern: '^[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?$' } as const;
const name = { type: 'string', pattern: '^\\S{1,63}$' } as const;

const clientTls = {
  type: 'object',
  description: 'What AdGuard (or the proxy before it) is verified with, and what we show of ourselves.',
  properties: {
    authority: { ...path, description: 'PEM bundle that the server must verify against.' },
    certificate: { ...path, description: 'Our client certificate; needs key.' },
    key: { ...path, description: 'Key of our client certificate.' },
    serverName: {
      type: 'string',
      pattern: '^[A-Za-z0-9.-]+$',
      description: 'Name to verify; default: the host of the URL.',
    },
  },
} as const;

/** Schema of the configuration file (`--config`), a JSON document that the operator renders. */
export const CONFIG_SCHEMA = {
  type: 'object',
  required: ['listen', 'zones'],
  properties: {
    listen: {
      type: 'object',
      required: ['tls'],
      properties: {
        host: { type: 'string', pattern: '^[0-9A-Za-z.:-]+$', default: '0.0.0.0' },
        port: { type: 'integer', minimum: 0, maximum: 65535, default: 9617 },
        tls: {
          type: 'object',
          required: ['certificate', 'key', 'clientAuthority'],
          properties: {
            certificate: path,
            key: path,
            clientAuthority: { ...path, description: 'PEM bundle that clients must verify against.' },
          },
        },
        allowedClients: {
          type: 'array',
          items: { type: 'string', pattern: '^[A-Za-z0-9.*-]+$' },
          maxItems: 32,
          default: [],
          description:
            'DNS names, one of which a client certificate must carry; empty: any certificate of the authority.',
        },
      },
    },
    adguard: {
      type: 'object',
      required: ['url'],
      properties: {
        url: { type: 'string', pattern: '^https?://[^/\\s?#@]+/?$', description: 'Where /control is, without a path.' },
        username: { type: 'string', pattern: '^[^\\u0000-\\u001f]{1,128}$' },
        passwordFile: path,
        tls: clientTls,
        pollSeconds: { type: 'integer', minimum: 1, maximum: 300, default: 10 },
        statisticsSeconds: { type: 'integer', minimum: 5, maximum: 3600, default: 30 },
        namesSeconds: { type: 'integer', minimum: 10, maximum: 86400, default: 300 },
        timeoutSeconds: { type: 'integer', minimum: 1, maximum: 60, default: 10 },
        pageSize: { type: 'integer', minimum: 10, maximum: 1000, default: 200 },
        pagesAPoll: { type: 'integer', minimum: 1, maximum: 200, default: 25 },
        queryLog: {
          type: 'string',
          enum: ['api', 'file'],
          default: 'api',
          description:
            "file: read queryLogFile instead of asking; it lags by AdGuard's buffer and needs its permissions.",
        },
        queryLogFile: path,
      },
    },
    accessLog: {
      type: 'object',
      required: ['path'],
      properties: {
        path: { ...path, description: "Traefik's JSON access log." },
        pollMilliseconds: { type: 'integer', minimum: 50, maximum: 60000, default: 2000 },
        trustedProxies: {
          type: 'array',
          items: { type: 'string' },
          maxItems: 32,
          default: [],
          description: 'Subnets of proxies before Traefik whose X-Forwarded-For is believed.',
        },
      },
    },
    zones: {
      type: 'array',
      maxItems: 16,
      items: {
        type: 'object',
        required: ['name', 'subnets'],
        properties: { name: zoneName, subnets: { type: 'array', items: { type: 'string' }, maxItems: 256 } },
      },
    },
    firewalldZones: { ...path, description: "Directory of firewalld's zone files to compare the zones with." },
    localDomains: {
      type: 'array',
      maxItems: 32,
      default: [],
      items: { type: 'string', pattern: '^[a-z0-9_-]+(\\.[a-z0-9_-]+)*$' },
      description: 'Domains whose names are told whole (lab, home.arpa).',
    },
    clientDomains: {
      type: 'boolean',
      default: false,
      description: 'Tell which client asks for which domain. This is the browsing history of people: off by default.',
    },
    gateways: {
      type: 'array',
      maxItems: 32,
      default: [],
      items: { type: 'string' },
      description: "Addresses that hide clients when most queries seem to come from them; Docker's are known.",
    },
    declaredEdges: {
      type: 'array',
      maxItems: 60,
      default: [],
      items: {
        type: 'object',
        required: ['source', 'target', 'kind'],
        properties: { source: name, target: name, kind: { type: 'string', enum: ['scrape', 'declared'] } },
      },
      description: 'Edges between services that no log shows.',
    },
    titles: {
      type: 'array',
      maxItems: 150,
      default: [],
      items: {
        type: 'object',
        required: ['service', 'title'],
        properties: { service: name, title: { type: 'string', pattern: '^[^\\u0000-\\u001f]{1,63}$' } },
      },
      description: 'What services are called in the network graph; others by their name.',
    },
    maxSeries: { type: 'integer', minimum: 500, maximum: 20000, default: 4000 },
    stateFile: { ...path, description: 'Where read positions and the credential fuse outlive a restart.' },
  },
} as const satisfies Schema;
