# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=0.5, wall_s=4, memory_mib=256
# expect: rank=TIMED_OUT
# never: ESCAPED
"""Computes on, deaf to every signal that can be ignored."""

import signal

for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass


def attempt():
    while True:
        pass


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
