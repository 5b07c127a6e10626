/** Keys of a Compose service that a Container does not take, and what to do instead. */
const SERVICE_KEYS: Readonly<Record<string, string>> = {
  annotations: 'leave it out; use labels',
  attach: 'leave it out',
  blkio_config: 'leave it out; limit the device on the host',
  build: 'declare an Image with spec.build and name its reference as image',
  cgroup: 'leave it out; the default of the engine is used',
  configs: 'declare a File and mount its path with volumes',
  container_name: 'use metadata.name',
  cpu_count: 'use cpus',
  cpu_percent: 'use cpus',
  cpu_rt_period: 'leave it out',
  cpu_rt_runtime: 'leave it out',
  credential_spec: 'leave it out; it is for Windows',
  depends_on: 'use dependsOn with Kind/name, e.g. dependsOn: [Container/db]',
  deploy: 'use mem_limit, cpus, pids_limit and restart',
  develop: 'leave it out',
  device_cgroup_rules: 'name the devices with devices',
  env_file: 'write the variables into environment; mount secrets as files',
  extends: 'write the fields out, or use a YAML anchor',
  external_links: 'put both containers into one Network',
  gpus: 'name the devices with devices',
  isolation: 'leave it out; it is for Windows',
  label_file: 'write the labels into labels',
  links: 'put both containers into one Network; names resolve there, more with aliases',
  log_driver: 'use logging.driver',
  log_opt: 'use logging.options',
  mem_swappiness: 'leave it out; set memswap_limit',
  models: 'leave it out',
  name: 'use metadata.name',
  net: 'use networks or network_mode',
  platform: 'name the image by the digest of that platform',
  post_start: 'declare a second Container with runPolicy: once and runAfter',
  pre_stop: 'use stop_signal and stop_grace_period',
  profiles: 'keep what is not wanted out of the directory',
  provider: 'leave it out',
  pull_policy: 'leave it out; a pinned image is pulled when it is missing',
  scale: 'declare one Container each',
  secrets: 'declare the file on the host that holds it as a Secret and mount it read-only with volumes',
  storage_opt: 'leave it out',
  use_api_socket: 'leave it out; the engine socket gives root on the host',
  volume_driver: 'set driver on the Volume',
  volumes_from: 'name the volumes with volumes',
};

const HEALTHCHECK_KEYS: Readonly<Record<string, string>> = {
  start_interval: 'leave it out; it needs a newer Engine API than 1.41',
};

const MOUNT_KEYS: Readonly<Record<string, string>> = {
  consistency: 'leave it out; it has no effect on Linux',
  image: 'leave it out; image mounts need a newer Engine API than 1.41',
};

const NAMED_KEYS: Readonly<Record<string, string>> = {
  name: 'use metadata.name',
  enable_ipv4: 'leave it out; IPv4 is always on',
};

const BY_PARENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'Container spec': SERVICE_KEYS,
  'Container spec.healthcheck': HEALTHCHECK_KEYS,
  'Container spec.volumes[]': MOUNT_KEYS,
  'Container spec.ports[]': { name: 'leave it out', app_protocol: 'leave it out' },
  'Container spec.volumes[].bind': { selinux: 'leave it out; label the path on the host' },
  'Container spec.volumes[].volume': { subpath: 'leave it out; mount the whole volume' },
  'Container spec.networks.*': {
    link_local_ips: 'leave it out',
    mac_address: 'use mac_address of the container',
    priority: 'leave it out; networks are joined by name',
    gw_priority: 'leave it out',
    interface_name: 'leave it out',
    driver_opts: 'set driver_opts on the Network',
  },
  'Network spec': NAMED_KEYS,
  'Volume spec': NAMED_KEYS,
};

/**
 * What to do instead of a Compose key that is not supported; undefined when the key is none of Compose's.
 * `parent` is the path of the map that holds it, list positions as `[]` (`spec.volumes[]`).
 */
export function composeAdvice(kind: string, parent: string, key: string): string | undefined {
  const place = parent.startsWith('spec.networks') ? 'spec.networks.*' : parent;
  const table = BY_PARENT[`${kind} ${place}`];
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
