/** A file system as a process sees it. */
export interface SeenMount {
  /** Where it is mounted. */
  readonly point: string;
  /** e.g. `nfs4`. */
  readonly type: string;
  /** `major:minor`. */
  readonly device: string;
  /** It is not known that it answers by itself. */
  readonly isDistant: boolean;
}

/**
 * What the kernel answers for without asking anybody but a disk of this machine. All others are looked at as if they could
 * hang, also what a later kernel brings: NFS, SMB, FUSE, Ceph, 9P, automounts.
 */
const NEAR: ReadonlySet<string> = new Set(
  (
    'ext2 ext3 ext4 xfs btrfs zfs f2fs bcachefs jfs reiserfs vfat exfat msdos ntfs3 iso9660 udf squashfs erofs tmpfs ramfs ' +
    'rootfs overlay aufs devtmpfs devpts proc sysfs cgroup cgroup2 cpuset securityfs debugfs tracefs configfs pstore ' +
    'efivarfs bpf mqueue hugetlbfs fusectl binfmt_misc nsfs selinuxfs rpc_pipefs'
  ).split(' '),
);

/**
 * The mounts of a process, in the order in which they were mounted.
 *
 * @param text of /proc/self/mountinfo (proc_pid_mountinfo(5)), which can be read whatever hangs
 */
export function seenMounts(text: string): SeenMount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [, , device, , point] = before?.split(' ') ?? [];
    const type = after?.split(' ')[0];
    if (point === undefined || type === undefined || device === undefined) return [];
    return [{ point: plain(point), type, device, isDistant: !NEAR.has(type) }];
  });
}

/** The distant ones among the mounts of a process, but what it runs from itself: that is no place that could be left alone. */
export function distantMounts(text: string): SeenMount[] {
  return seenMounts(text).filter(({ point, isDistant }) => isDistant && point !== '/');
}

/** Blanks, backslashes and line ends are written as octal numbers. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
