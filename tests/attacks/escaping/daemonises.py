# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Leaves a process with a session of its own, without a parent, deaf to polite signals, that would write later."""

import os
import signal
import time


def attempt():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            os.closerange(0, 64)
            for _ in range(3000):
                time.sleep(0.01)
                try:
                    open("@WATCHED@/escaped_daemon", "w").close()
                except OSError:
                    pass
            os._exit(0)
        os._exit(0)
    os.wait()


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
