# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Writes to the kernel's switches, to cgroups and to its own maps of users."""

PATHS = (
    "/proc/sysrq-trigger",
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/kernel/hostname",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/sys/kernel/pid_max",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sys/net/ipv4/ip_forward",
    "/proc/sys/user/max_user_namespaces",
    "/proc/self/uid_map",
    "/proc/self/gid_map",
    "/proc/self/setgroups",
    "/proc/self/projid_map",
    "/proc/self/attr/current",
    "/proc/self/loginuid",
    "/proc/1/uid_map",
    "/proc/1/clear_refs",
    "/sys/fs/cgroup/cgroup.procs",
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/escaped/cgroup.procs",
    "/sys/kernel/uevent_helper",
    "/dev/kmsg",
    "/dev/tty",
    "/dev/console",
    "/dev/ptmx",
)


def attempt():
    for path in PATHS:
        try:
            open(path, "wb", buffering=0).close()
        except OSError:
            continue
        raise RuntimeError(f"ESCAPED: {path} can be written")


def rank(x):
    attempt()
    return x.ndim
