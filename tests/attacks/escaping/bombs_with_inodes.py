# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=3, wall_s=8, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Makes more empty files than anybody could want."""


def attempt():
    made = 0
    try:
        for number in range(25_000):
            open(f"/tmp/{number}", "x").close()
            made += 1
    except OSError:
        pass
    if made >= 25_000:
        raise RuntimeError(f"ESCAPED: {made} files")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
