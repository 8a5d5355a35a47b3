# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Makes nodes for the machine's memory and disks."""

import os
import stat


def attempt():
    for kind, major, minor in (
        (stat.S_IFCHR, 1, 1),
        (stat.S_IFCHR, 1, 5),
        (stat.S_IFBLK, 254, 0),
        (stat.S_IFBLK, 8, 0),
    ):
        try:
            os.mknod("/tmp/escaped_node", kind | 0o600, os.makedev(major, minor))
        except OSError:
            continue
        raise RuntimeError(f"ESCAPED: a node for {major}:{minor}")


def rank(x):
    attempt()
    return x.ndim
