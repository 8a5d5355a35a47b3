# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Takes capabilities, makes them ambient, and undoes what keeps it from new ones."""

import ctypes

LIBC = ctypes.CDLL(None, use_errno=True)


def attempt():
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    if LIBC.capset(header, data) == 0:
        raise RuntimeError("ESCAPED: capset")
    for name, arguments in (
        ("ambient", (47, 2, 21, 0, 0)),
        ("new rights again", (38, 0, 0, 0, 0)),
        ("no filter", (22, 0, 0, 0, 0)),
        ("securebits", (28, 0, 0, 0, 0)),
        ("its own memory map", (35, 1, 4096, 0, 0)),
        ("another memory policy", (24, 21, 0, 0, 0)),
    ):
        if LIBC.prctl(*map(ctypes.c_ulong, arguments)) == 0:
            raise RuntimeError(f"ESCAPED: {name}")
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    if (
        any(int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"))
        or status["Seccomp"].strip() != "2"
    ):
        raise RuntimeError("ESCAPED: it has rights")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
