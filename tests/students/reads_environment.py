# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Looks for the grader's environment and arguments wherever it can."""

import os
import glob

MARK = "CANARY" + "_IN_THE_ENVIRONMENT"


def look():
    found = [value for value in os.environ.values() if MARK in value]
    for name in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline") + glob.glob("/proc/*/task/*/environ"):
        try:
            with open(name, errors="replace") as file:
                found += [name] if MARK in file.read() else []
        except OSError:
            pass
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if rights.startswith("rw") and ("[heap]" in line or "[stack]" in line):
                start, end = (int(part, 16) for part in place.split("-"))
                memory.seek(start)
                data = memory.read(end - start)
                whole = MARK.encode()
                found += [line] if whole in data.replace(b"# never: " + whole, b"") else []
    secrets = sorted(set(os.environ) - {"PATH", "HOME", "LANG", "OMP_NUM_THREADS"})
    if secrets or [name for name in found if "/proc" in str(name) or MARK in str(name)]:
        raise AssertionError(f"found {secrets} {found}")


look()


def center(images):
    look()
    return images - images.mean(0)
