/**
 * Generated from crds-like/ by scripts/generate-types.ts; do not edit.
 * The types describe a manifest after validation: fields with a default are always there.
 */
interface Manifest<K, S> {
  apiVersion: 'bastion.lab/v1';
  kind: K;
  metadata: ManifestMetadata;
  spec: S;
}

export interface ManifestMetadata {
  name: string;
  labels?: {
    [k: string]: string;
  };
  annotations?: {
    [k: string]: string;
  };
}

export interface BastionManifestSpec {
  allowedRoots: string[];
  images: {
    [k: string]: string;
  };
  metricsPorts: number[];
  concurrency: number;
  maxRemovals: number;
  pkiDirectory: string;
  clientCertificate?: string;
  domain: string;
  address?: string;
  zones: {
    [k: string]: string[];
  };
  certificateAuthority: string;
  dataDirectory: string;
  monitoringSubnet: string;
  networks: {
    monitoring: string;
    grafana: string;
    edge: string;
  };
  notifications?: {
    settle: string;
    unreachableAfter: string;
    certificateExpiry: string[];
    link?: string;
    receivers: {
      [k: string]: {
        type: 'ntfy' | 'slack' | 'webhook' | 'command';
        url?: string;
        urlFile?: string;
        topic?: string;
        tokenFile?: string;
        authorityFile?: string;
        command?: string[];
        on?: (
          'halted' | 'consent' | 'degraded' | 'stalled' | 'certificate' | 'engine' | 'desired-state' | 'recovered'
        )[];
        timeout: string;
      };
    };
  };
}

export type BastionManifest = Manifest<'Bastion', BastionManifestSpec>;
export interface NetworkManifestSpec {
  driver: string;
  driver_opts?: {
    [k: string]: string | number | boolean;
  };
  internal: boolean;
  attachable: boolean;
  enable_ipv6: boolean;
  ipam?: {
    driver?: string;
    options?: {
      [k: string]: string | number | boolean;
    };
    config: {
      subnet: string;
      gateway?: string;
      ip_range?: string;
      aux_addresses?: {
        [k: string]: string;
      };
    }[];
  };
  labels?:
    | string[]
    | {
        [k: string]: string | number | boolean | null;
      };
  external: boolean;
  adopt: boolean;
  dependsOn?: string[];
}

export type NetworkManifest = Manifest<'Network', NetworkManifestSpec>;
export interface VolumeManifestSpec {
  driver: string;
  driver_opts?: {
    [k: string]: string | number | boolean;
  };
  labels?:
    | string[]
    | {
        [k: string]: string | number | boolean | null;
      };
  external: boolean;
  adopt: boolean;
  dependsOn?: string[];
}

export type VolumeManifest = Manifest<'Volume', VolumeManifestSpec>;
export interface ImageManifestSpec {
  reference: string;
  build?: {
    context: string;
    dockerfile: string;
    args?:
      | string[]
      | {
          [k: string]: string | number | boolean | null;
        };
  };
  platforms: string[];
  dependsOn?: string[];
}

export type ImageManifest = Manifest<'Image', ImageManifestSpec>;
export interface DirectoryManifestSpec {
  path: string;
  owner?: string | number;
  group?: string | number;
  mode: string | number;
  sentinel: boolean;
  dependsOn?: string[];
}

export type DirectoryManifest = Manifest<'Directory', DirectoryManifestSpec>;
export interface FileManifestSpec {
  path: string;
  content?: string;
  source?: string;
  contentBase64?: string;
  owner?: string | number;
  group?: string | number;
  mode: string | number;
  check?: {
    image: string;
    command?: string | string[];
    commands?: (string | string[])[];
    files?: {
      [k: string]: string;
    };
    user?: string | number;
    volumes?: string[];
    runsFor?: string;
  };
  onChange: {
    container: string;
    signal?: string;
    restart?: true;
    http?: {
      method: 'GET' | 'POST' | 'PUT';
      port: number;
      path: string;
      tls?: {
        serverName: string;
        authority: string;
      };
    };
    loaded?: {
      port: number;
      path: string;
      contains: string;
      within: string;
      tls?: {
        serverName: string;
        authority: string;
      };
      and?: {
        path: string;
        contains: string;
      }[];
    };
  }[];
  dependsOn?: string[];
}

export type FileManifest = Manifest<'File', FileManifestSpec>;
export interface FilePatchManifestSpec {
  path: string;
  set: {
    [k: string]: unknown;
  };
  overwrite: string[];
  check?: {
    image: string;
    command?: string | string[];
    commands?: (string | string[])[];
    files?: {
      [k: string]: string;
    };
    user?: string | number;
    volumes?: string[];
    runsFor?: string;
  };
  onChange: {
    container: string;
    signal?: string;
    restart?: true;
    http?: {
      method: 'GET' | 'POST' | 'PUT';
      port: number;
      path: string;
      tls?: {
        serverName: string;
        authority: string;
      };
    };
    loaded?: {
      port: number;
      path: string;
      contains: string;
      within: string;
      tls?: {
        serverName: string;
        authority: string;
      };
      and?: {
        path: string;
        contains: string;
      }[];
    };
  }[];
  dependsOn?: string[];
}

export type FilePatchManifest = Manifest<'FilePatch', FilePatchManifestSpec>;
export interface LogFileManifestSpec {
  path: string;
  maxSize: string | number;
  keep: number;
  maxAge?: string;
  container: string;
  signal: string;
  dependsOn?: string[];
}

export type LogFileManifest = Manifest<'LogFile', LogFileManifestSpec>;
export interface SecretManifestSpec {
  path: string;
  owner?: string | number;
  group?: string | number;
  mode: string | number;
  generate?: {
    length: number;
    alphabet: string;
  };
  dependsOn?: string[];
}

export type SecretManifest = Manifest<'Secret', SecretManifestSpec>;
export interface CertificateAuthorityManifestSpec {
  certificate?: string;
  key?: string;
  bundle?: string;
  create: boolean;
  commonName?: string;
  duration: string;
  consumers: {
    container: string;
    signal?: string;
    restart?: true;
    http?: {
      method: 'GET' | 'POST' | 'PUT';
      port: number;
      path: string;
    };
  }[];
  dependsOn?: string[];
}

export type CertificateAuthorityManifest = Manifest<'CertificateAuthority', CertificateAuthorityManifestSpec>;
export interface CertificateManifestSpec {
  issuer: string;
  directory?: string;
  certificate?: string;
  key?: string;
  request?: string;
  signed?: string;
  commonName?: string;
  dnsNames: string[];
  ipAddresses: string[];
  usages: ('serverAuth' | 'clientAuth')[];
  duration: string;
  renewBefore: string;
  keyAlgorithm: 'ecdsa-p256' | 'ecdsa-p384' | 'rsa-2048' | 'rsa-3072' | 'rsa-4096';
  owner?: string | number;
  group?: string | number;
  mode: string | number;
  consumers: {
    container?: string;
    signal?: string;
    restart?: true;
    http?: {
      method: 'GET' | 'POST' | 'PUT';
      port: number;
      path: string;
    };
    served?: {
      address?: string;
      port: number;
      serverName?: string;
      within: string;
    };
  }[];
  adopt: boolean;
  dependsOn?: string[];
}

export type CertificateManifest = Manifest<'Certificate', CertificateManifestSpec>;
export interface ContainerManifestSpec {
  image: string;
  command?: string | string[];
  entrypoint?: string | string[];
  environment?:
    | string[]
    | {
        [k: string]: string | number | boolean | null;
      };
  labels?:
    | string[]
    | {
        [k: string]: string | number | boolean | null;
      };
  hostname?: string;
  domainname?: string;
  user?: string | number;
  working_dir?: string;
  mac_address?: string;
  networks?:
    | string[]
    | {
        [k: string]: {
          aliases?: string[];
          ipv4_address?: string;
          ipv6_address?: string;
        } | null;
      };
  network_mode?: string;
  ports?: (
    | string
    | number
    | {
        target: number | string;
        published?: number | string;
        host_ip?: string;
        protocol: 'tcp' | 'udp' | 'sctp';
        mode?: 'host' | 'ingress';
      }
  )[];
  expose?: (string | number)[];
  volumes?: (
    | string
    | {
        type: 'bind' | 'volume' | 'tmpfs';
        source?: string;
        target: string;
        read_only: boolean;
        bind?: {
          propagation?: 'shared' | 'slave' | 'private' | 'rshared' | 'rslave' | 'rprivate';
          create_host_path?: false;
        };
        volume?: {
          nocopy: boolean;
        };
        tmpfs?: {
          size?: string | number;
          mode?: string | number;
        };
      }
  )[];
  tmpfs?: string | string[];
  mem_limit?: string | number;
  mem_reservation?: string | number;
  memswap_limit?: string | number;
  cpus?: number | string;
  cpu_shares?: number | string;
  cpu_quota?: number | string;
  cpu_period?: number | string;
  cpuset?: string | number;
  pids_limit?: number | string;
  restart?: string;
  healthcheck?: {
    test?: string | string[];
    interval?: string;
    timeout?: string;
    start_period?: string;
    retries?: number;
    disable?: boolean;
  };
  cap_add?: string[];
  cap_drop?: string[];
  privileged?: boolean;
  read_only?: boolean;
  init?: boolean;
  tty?: boolean;
  stdin_open?: boolean;
  security_opt?: string[];
  extra_hosts?:
    | string[]
    | {
        [k: string]: string | string[];
      };
  dns?: string | string[];
  dns_search?: string | string[];
  dns_opt?: string[];
  ulimits?: {
    [k: string]:
      | number
      | {
          soft: number;
          hard: number;
        };
  };
  sysctls?:
    | string[]
    | {
        [k: string]: string | number;
      };
  devices?: (
    | string
    | {
        source: string;
        target?: string;
        permissions: string;
      }
  )[];
  stop_signal?: string | number;
  stop_grace_period?: string;
  logging?: {
    driver?: string;
    options?: {
      [k: string]: string | number | boolean;
    };
  };
  shm_size?: string | number;
  ipc?: string;
  pid?: string;
  uts?: string;
  userns_mode?: string;
  cgroup_parent?: string;
  runtime?: string;
  group_add?: (string | number)[];
  oom_kill_disable?: boolean;
  oom_score_adj?: number;
  adopt: boolean;
  healthyWithin: string;
  runPolicy: 'always' | 'once';
  runAfter?: string;
  readiness?: {
    address?: string;
    port: number;
    path: string;
    tls?: {
      serverName: string;
      authority: string;
    };
  };
  dependsOn?: string[];
}

export type ContainerManifest = Manifest<'Container', ContainerManifestSpec>;
export interface BackupManifestSpec {
  schedule: string;
  directory: string;
  prometheus: string;
  grafana?: string;
  keep: number;
  verify: boolean;
  dependsOn?: string[];
}

export type BackupManifest = Manifest<'Backup', BackupManifestSpec>;
export interface GateManifestSpec {
  checklist: string[];
  revalidate: 'never' | 'onChange';
  dependsOn?: string[];
}

export type GateManifest = Manifest<'Gate', GateManifestSpec>;
export interface TraefikManifestSpec {
  image: string;
  hostname: string;
  ports: {
    web: number;
    websecure: number;
    hostIp?: string;
  };
  memoryLimit: string;
  networks: string[];
  dashboard: boolean;
  accessLog: {
    enabled: boolean;
    maxSize: string;
    keep: number;
  };
  tlsOptions: {
    strict: string;
    public: string;
  };
  existing?: {
    container: string;
    staticFile: string;
    dynamicDirectory: string;
    certificates: string;
    hostCertificates: string;
    logDirectory?: string;
    entryPoint: string;
    strictDefault: boolean;
    ping: boolean;
    overwrite: string[];
    owner: string | number;
  };
  dependsOn?: string[];
}

export type TraefikManifest = Manifest<'Traefik', TraefikManifestSpec>;
export interface PrometheusManifestSpec {
  image: string;
  hostname?: string;
  retention: string;
  retentionSize?: string;
  scrapeInterval: string;
  scrapeTimeout: string;
  memoryLimit: string;
  queries: {
    maxSamples: number;
    maxConcurrency: number;
    timeout: string;
  };
  limits: {
    samples: number;
    labels: number;
    labelNameLength: number;
    labelValueLength: number;
    bodySize: string;
  };
  drop: string[];
  pressure: {
    memory: {
      enabled: boolean;
      high: number;
      low: number;
      raiseAfter: string;
      lowerAfter: string;
      dwell: string;
      scrapeInterval: string;
      samples: number;
      maxSamples: number;
      maxConcurrency: number;
      maximum: number;
    };
    disk: {
      enabled: boolean;
      warn: number;
      critical: number;
      emergency: number;
      recovered: number;
      raiseAfter: string;
      lowerAfter: string;
      dwell: string;
      shortRetention: string;
      maximum: number;
    };
  };
  rules: {
    enabled: boolean;
    except: string[];
  };
  extraRules: string[];
  networks: string[];
  operator?: {
    port: number;
  };
  dependsOn?: string[];
}

export type PrometheusManifest = Manifest<'Prometheus', PrometheusManifestSpec>;
export interface NodeExporterManifestSpec {
  image: string;
  hostname?: string;
  port: number;
  collectors: string[];
  followMounts: boolean;
  memoryLimit: string;
  maxRequests: number;
  dependsOn?: string[];
}

export type NodeExporterManifest = Manifest<'NodeExporter', NodeExporterManifestSpec>;
export interface GrafanaManifestSpec {
  image: string;
  hostname?: string;
  memoryLimit: string;
  prometheus?: string;
  adminUser: string;
  secretsDirectory?: string;
  minRefreshInterval: string;
  dependsOn?: string[];
}

export type GrafanaManifest = Manifest<'Grafana', GrafanaManifestSpec>;
export interface AdGuardExporterManifestSpec {
  image?: string;
  context?: string;
  hostname?: string;
  memoryLimit: string;
  adguard?: {
    url: string;
    insecure?: string;
    serverName?: string;
    address?: string;
    network?: string;
    user?: string;
    queryLogFile?: string;
  };
  secretsDirectory?: string;
  accessLog?: string;
  trustedProxies: string[];
  localDomains?: string[];
  clientDomains: boolean;
  firewalldZones?: string;
  gateways: string[];
  maxSeries: number;
  dependsOn?: string[];
}

export type AdGuardExporterManifest = Manifest<'AdGuardExporter', AdGuardExporterManifestSpec>;
export interface ScrapeTargetManifestSpec {
  prometheus?: string;
  job?: string;
  host?: string;
  container?: string;
  port: number;
  path: string;
  insecure?: string;
  serverName?: string;
  authority?: string;
  address?: string;
  interval?: string;
  limits?: {
    samples?: number;
    labels?: number;
    labelNameLength?: number;
    labelValueLength?: number;
    bodySize?: string;
  };
  labels: {
    [k: string]: string;
  };
  heavy: boolean;
  maxRestarts: number;
  dependsOn?: string[];
}

export type ScrapeTargetManifest = Manifest<'ScrapeTarget', ScrapeTargetManifestSpec>;
export interface DashboardManifestSpec {
  grafana?: string;
  folder?: string;
  source?: string;
  lite?: string;
  content?: string;
  dependsOn?: string[];
}

export type DashboardManifest = Manifest<'Dashboard', DashboardManifestSpec>;
export interface NetworkZoneManifestSpec {
  cidrs: string[];
  description?: string;
  firewalldZone?: string;
  interfaces: string[];
  dependsOn?: string[];
}

export type NetworkZoneManifest = Manifest<'NetworkZone', NetworkZoneManifestSpec>;
export interface MonitoredServiceManifestSpec {
  host?: string;
  container?: string;
  network?: string;
  port?: number;
  scheme: 'http' | 'https';
  url?: string;
  tls: {
    serverName?: string;
    trust: 'house' | 'public';
  };
  access: 'strict' | 'public';
  healthCheck: {
    enabled: boolean;
    path: string;
    interval: string;
    timeout: string;
    status?: number;
  };
  scrape?: {
    prometheus?: string;
    host?: string;
    port?: number;
    path: string;
    insecure?: string;
    serverName?: string;
    authority?: string;
    interval?: string;
    labels: {
      [k: string]: string;
    };
    heavy: boolean;
    maxRestarts: number;
  };
  graph: {
    title?: string;
    icon?: string;
    dependsOn: string[];
  };
  dependsOn?: string[];
}

export type MonitoredServiceManifest = Manifest<'MonitoredService', MonitoredServiceManifestSpec>;
