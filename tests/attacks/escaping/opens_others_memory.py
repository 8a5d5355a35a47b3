# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Opens the memory, the maps, the descriptors and the folders of the warden and of processes outside."""

import os


def attempt():
    for pid in ("1", "@SLEEPER@", "@JUDGE@", "@SERVER@"):
        for name in ("mem", "maps", "environ", "auxv", "syscall", "stack", "pagemap"):
            try:
                with open(f"/proc/{pid}/{name}", "rb", buffering=0) as file:
                    found = name == "mem" or file.read(64)
            except OSError:
                continue
            if found:
                raise RuntimeError(f"ESCAPED: /proc/{pid}/{name} says {found!r}")
        for name in ("fd", "map_files"):
            try:
                found = os.listdir(f"/proc/{pid}/{name}")
            except OSError:
                continue
            raise RuntimeError(f"ESCAPED: /proc/{pid}/{name} has {found!r}")
        for name in ("root", "cwd", "exe", "ns/net"):
            try:
                found = os.readlink(f"/proc/{pid}/{name}")
            except OSError:
                continue
            raise RuntimeError(f"ESCAPED: /proc/{pid}/{name} is {found!r}")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
