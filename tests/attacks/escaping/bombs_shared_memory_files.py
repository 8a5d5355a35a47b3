# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Fills /dev/shm with files, each below the limit of one file."""


def attempt():
    written = 0
    try:
        for number in range(12):
            with open(f"/dev/shm/big-{number}", "wb", buffering=0) as file:
                for _ in range(60):
                    written += file.write(bytes(1_000_000))
    except OSError:
        pass
    if written > 300_000_000:
        raise RuntimeError(f"ESCAPED: {written} bytes")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
