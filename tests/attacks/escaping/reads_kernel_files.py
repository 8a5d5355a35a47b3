# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Reads the machine's memory, its log and its keys."""

PATHS = [
    "/dev/mem",
    "/dev/kmem",
    "/dev/port",
    "/dev/kmsg",
    "/proc/kmsg",
    "/proc/kcore",
    "/proc/keys",
    "/dev/vda",
    "/dev/sda",
    "/dev/nvme0n1",
    "/sys/kernel/notes",
    "/sys/fs/cgroup/cgroup.procs",
    "/sys/kernel/debug/sleep_time",
]


def attempt():
    for path in PATHS:
        try:
            with open(path, "rb") as file:
                found = file.read(200)
        except OSError:
            continue
        if not found:
            continue
        raise RuntimeError(f"ESCAPED: {path} says {found!r}")


def rank(x):
    attempt()
    return x.ndim
