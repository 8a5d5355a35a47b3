# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=3, wall_s=8, memory_mib=512
# expect: rank=PASSED
# never: ESCAPED
"""Searches all of its own memory for a check's text, which a fork of the judge would hold."""

# The two halves never stand next to each other in this process, unless the checks are in it.
FIRST, SECOND = b"rank is the number of axes,", b" and 0 for a scalar"


def attempt():
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights, _, _, inode = line.split()[:5]
            if not rights.startswith("rw") or inode != "0":
                continue
            start, end = (int(number, 16) for number in span.split("-"))
            try:
                memory.seek(start)
                chunk = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            place = chunk.find(FIRST)
            while place >= 0:
                if chunk.startswith(SECOND, place + len(FIRST)):
                    raise RuntimeError(f"ESCAPED: a check's text lies at {start + place:#x}")
                place = chunk.find(FIRST, place + 1)


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
