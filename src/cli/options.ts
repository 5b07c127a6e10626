/** One flag, its environment variable and its key in the configuration file are the same name in three spellings. */
export interface OptionDefinition {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in help. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
  readonly short?: string;
}

/** Flags that every command takes. */
export const COMMON_OPTIONS = {
  'desired-state': {
    type: 'string',
    value: 'DIR',
    help: 'directory of YAML resources',
    default: '/etc/bastion/desired-state',
  },
  gates: { type: 'string', value: 'DIR', help: 'directory of gate files', default: '/etc/bastion/gates' },
  hold: { type: 'string', value: 'DIR', help: 'directory of hold files (default: hold/ beside the gates)' },
  state: {
    type: 'string',
    value: 'DIR',
    help: "the operator's own directory: lock, history, memory",
    default: '/var/lib/bastion',
  },
  'notify-commands': {
    type: 'string',
    value: 'DIR',
    help: 'programs that notifications may be given to; only a human puts one there',
    default: '/etc/bastion/notify',
  },
  root: { type: 'string', value: 'DIR', help: 'prefix of every host path, as dpkg --root', default: '' },
  docker: { type: 'string', value: 'HOST', help: 'engine: unix:///path or tcp://host:port (default: $DOCKER_HOST)' },
  config: {
    type: 'string',
    value: 'FILE',
    help: 'YAML file with these same names',
    default: '/etc/bastion/config.yaml',
  },
  'strict-gates': { type: 'boolean', help: 'refuse gate files in directories that the operator may write' },
  'allow-exceptions': {
    type: 'string',
    value: 'RULE,...',
    help: 'rules about control over the host that an annotation may waive: allowed-roots, no-privileged-host-access',
  },
  json: { type: 'boolean', help: 'stable JSON on standard output' },
  'no-color': { type: 'boolean', help: 'no colours (NO_COLOR is honoured too)' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
} as const satisfies Record<string, OptionDefinition>;

export const LISTEN_OPTION = {
  listen: {
    type: 'string',
    value: 'HOST:PORT',
    help: 'where to serve status and metrics; `none` to serve nothing, in the monitoring network neither',
    default: '127.0.0.1:9479',
  },
} as const satisfies Record<string, OptionDefinition>;

export const TLS_OPTIONS = {
  'tls-cert': { type: 'string', value: 'FILE', help: 'serve status and metrics over TLS with this certificate (PEM)' },
  'tls-key': { type: 'string', value: 'FILE', help: 'key of --tls-cert; the files may be issued later, and renewed' },
  'tls-client-ca': {
    type: 'string',
    value: 'FILE',
    help: 'require client certificates of these authorities; needed to listen beyond loopback',
  },
} as const satisfies Record<string, OptionDefinition>;

export const SCHEDULE_OPTION = {
  'check-schedule': {
    type: 'string',
    value: 'CRON',
    help: 'when to look at what consumers of certificates serve, as a cron expression, read in UTC',
    default: '*/5 * * * *',
  },
} as const satisfies Record<string, OptionDefinition>;

export const LOG_OPTION = {
  log: {
    type: 'string',
    value: 'text|json|auto',
    help: 'how events are told; auto: text on a terminal, the journal under systemd, else JSON',
    default: 'auto',
  },
  verbose: { type: 'boolean', help: 'log every pass' },
} as const satisfies Record<string, OptionDefinition>;

export const LIMIT_OPTION = {
  limit: { type: 'string', value: 'N', short: 'n', help: 'show the last N lines', default: '50' },
} as const satisfies Record<string, OptionDefinition>;

export const RENDER_OPTIONS = {
  levels: { type: 'boolean', help: 'as the closed loops have it now (pressure, addresses), not as written' },
} as const satisfies Record<string, OptionDefinition>;

export const RESTORE_OPTIONS = {
  to: { type: 'string', value: 'DIR', help: 'where to lay it out; missing or empty', default: '' },
  backup: {
    type: 'string',
    value: 'TIME',
    help: 'which one, by its name (default: the newest that was read back)',
    default: '',
  },
  only: { type: 'string', value: 'prometheus|grafana', help: 'one part alone, right into that directory', default: '' },
} as const satisfies Record<string, OptionDefinition>;

/** Where the operator takes questions about pushes, and what may be asked about. */
export const PUSH_SOCKET_OPTIONS = {
  'push-socket': {
    type: 'string',
    value: 'PATH',
    help: 'socket on which git hooks ask for plans (docs/git-push.md); off when empty',
    default: '',
  },
  'push-group': { type: 'string', value: 'GROUP', help: 'group that may use it', default: 'bastion-push' },
  releases: {
    type: 'string',
    value: 'DIR',
    help: 'directory with one directory a release; the link `current` lies beside it',
    default: '/srv/bastion/releases',
  },
} as const satisfies Record<string, OptionDefinition>;

export const REPOSITORY_OPTIONS = {
  ...PUSH_SOCKET_OPTIONS,
  repository: {
    type: 'string',
    value: 'DIR',
    help: 'bare repository that is pushed to',
    default: '/srv/bastion/desired-state.git',
  },
  branch: { type: 'string', value: 'NAME', help: 'the only branch that may be pushed', default: 'main' },
  'keep-releases': { type: 'string', value: 'N', help: 'releases kept beside the current one', default: '10' },
  'allow-force-push': { type: 'boolean', help: 'take pushes that drop commits' },
  'allowed-signers': {
    type: 'string',
    value: 'FILE',
    help: 'take commits only with an SSH signature of these (ssh-keygen(1), ALLOWED SIGNERS)',
  },
  keyring: { type: 'string', value: 'DIR', help: 'take commits only with a signature of a key in this GnuPG home' },
  follow: { type: 'string', value: 'TIME', help: 'how long a push is followed, such as 90s or 10m', default: '10m' },
} as const satisfies Record<string, OptionDefinition>;

/** Name of a flag's environment variable: `desired-state` is `BASTION_DESIRED_STATE`. */
export function environmentName(option: string): string {
  return `BASTION_${option.toUpperCase().replaceAll('-', '_')}`;
}
