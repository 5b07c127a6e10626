import type { RuleContext } from './context.ts';
import type { RuleGroup } from './rule.ts';

/** File systems that can fill up, and are not meant to be read-only. */
const REAL = 'fstype!~"tmpfs|ramfs|devtmpfs|overlay|squashfs|iso9660|erofs|udf|nsfs|autofs|fuse.*"';
const FREE = `node_filesystem_avail_bytes{${REAL}} / node_filesystem_size_bytes{${REAL}}`;

const DISK = { job: 'node-exporter', device: '/dev/sda1', fstype: 'ext4', mountpoint: '/' };
const OF_DISK = 'job="node-exporter",device="/dev/sda1",fstype="ext4",mountpoint="/"';
const OF_TMPFS = 'job="node-exporter",device="tmpfs",fstype="tmpfs",mountpoint="/run"';

/** A disk of 1000 bytes with so many of them free. */
function disk(free: string, of = OF_DISK): Readonly<Record<string, string>> {
  return {
    [`node_filesystem_avail_bytes{${of}}`]: free,
    [`node_filesystem_size_bytes{${of}}`]: '1000+0x30',
  };
}

/** The machine itself: disks, file systems, memory. Thresholds of the disk are those of the pressure loop. */
export function hostRules({ prometheus }: RuleContext): RuleGroup {
  const { warn, critical } = prometheus.spec.pressure.disk;
  return {
    name: 'bastion-host',
    rules: [
      {
        alert: 'DiskFilling',
        expr: `predict_linear(node_filesystem_avail_bytes{${REAL}}[6h], 86400) < 0 and ${FREE} < 0.4`,
        for: '1h',
        severity: 'warning',
        summary: '{{ $labels.mountpoint }} will be full within a day',
        description: 'At the pace of the last six hours nothing will be free on {{ $labels.device }} within a day.',
        cases: [
          {
            when: 'it loses a fiftieth of its size in half an hour',
            step: '30m',
            series: disk('600-20x20'),
            at: '8h',
            fires: [DISK],
          },
          { when: 'it stays as it is', step: '30m', series: disk('300+0x20'), at: '8h', fires: [] },
          { when: 'much is free yet', step: '30m', series: disk('990-20x20'), at: '8h', fires: [] },
        ],
      },
      {
        alert: 'DiskLow',
        expr: `${FREE} < ${warn}`,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.mountpoint }} has little space left',
        description: '{{ $value | humanizePercentage }} of {{ $labels.device }} is free.',
        cases: [
          {
            when: 'less than the warning share is free',
            series: disk(`${warn * 1000 - 1}+0x30`),
            at: '15m',
            fires: [DISK],
          },
          { when: 'more than that is free', series: disk(`${warn * 1000 + 1}+0x30`), at: '15m', fires: [] },
          { when: 'it is memory', series: disk('1+0x30', OF_TMPFS), at: '15m', fires: [] },
        ],
      },
      {
        alert: 'DiskCritical',
        expr: `${FREE} < ${critical}`,
        for: '2m',
        severity: 'critical',
        summary: '{{ $labels.mountpoint }} is almost full',
        description: '{{ $value | humanizePercentage }} of {{ $labels.device }} is free.',
        cases: [
          {
            when: 'less than the critical share is free',
            series: disk(`${critical * 1000 - 1}+0x30`),
            at: '5m',
            fires: [DISK],
          },
          { when: 'more than that is free', series: disk(`${critical * 1000 + 1}+0x30`), at: '5m', fires: [] },
        ],
      },
      {
        alert: 'FilesystemReadonly',
        expr: `node_filesystem_readonly{${REAL}} == 1`,
        for: '5m',
        severity: 'critical',
        summary: '{{ $labels.mountpoint }} cannot be written',
        description:
          'The kernel makes a file system read-only when its disk fails. Where it is meant to be so, leave this alert out: rules.except.',
        cases: [
          {
            when: 'it became read-only',
            series: { [`node_filesystem_readonly{${OF_DISK}}`]: '0 0 1+0x10' },
            at: '8m',
            fires: [DISK],
          },
          {
            when: 'it can be written',
            series: { [`node_filesystem_readonly{${OF_DISK}}`]: '0+0x10' },
            at: '8m',
            fires: [],
          },
        ],
      },
      {
        alert: 'FilesystemError',
        // What node_exporter may never look at (a mount in a private directory) is no news.
        expr: `node_filesystem_device_error{${REAL}} == 1 and min_over_time(node_filesystem_device_error{${REAL}}[1d]) == 0`,
        for: '10m',
        severity: 'warning',
        summary: '{{ $labels.mountpoint }} does not answer',
        description: 'The size of {{ $labels.device }} cannot be read, and it could be within the last day.',
        cases: [
          {
            when: 'its size cannot be read any more',
            series: { [`node_filesystem_device_error{${OF_DISK}}`]: '0 0 1+0x20' },
            at: '15m',
            fires: [DISK],
          },
          {
            when: 'it may never be read',
            series: { [`node_filesystem_device_error{${OF_DISK}}`]: '1+0x20' },
            at: '15m',
            fires: [],
          },
          {
            when: 'its size can be read',
            series: { [`node_filesystem_device_error{${OF_DISK}}`]: '0+0x20' },
            at: '15m',
            fires: [],
          },
        ],
      },
      {
        alert: 'HostMemoryLow',
        expr: 'node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05',
        for: '10m',
        severity: 'warning',
        summary: 'The machine has almost no memory left',
        description: '{{ $value | humanizePercentage }} of its memory is available; the kernel will soon end programs.',
        cases: [
          {
            when: 'a twentieth is not available',
            series: memory('40+0x20'),
            at: '15m',
            fires: [{ job: 'node-exporter' }],
          },
          { when: 'a tenth is available', series: memory('100+0x20'), at: '15m', fires: [] },
        ],
      },
    ],
  };
}

function memory(available: string): Readonly<Record<string, string>> {
  return {
    'node_memory_MemAvailable_bytes{job="node-exporter"}': available,
    'node_memory_MemTotal_bytes{job="node-exporter"}': '1000+0x20',
  };
}
