# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
# control: plain
"""Runs a shell and another Python, and lets these read, write and connect."""

import subprocess
import sys

READ = """
import socket
for attempt in (
    lambda: open('@HOME_FILE@').read(),
    lambda: open('@WATCHED@/escaped_program', 'w'),
    lambda: socket.create_connection(('127.0.0.1', @PORT@), timeout=1),
):
    try:
        attempt()
    except OSError:
        continue
    print('reached')
"""


def attempt():
    for command in (
        ["/bin/sh", "-c", "cat @HOME_FILE@ && echo reached"],
        ["/bin/sh", "-c", "echo x > @WATCHED@/escaped_shell && echo reached"],
        [sys.executable, "-I", "-S", "-c", READ],
    ):
        try:
            said = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL).stdout
        except OSError:
            continue
        if b"reached" in said:
            raise RuntimeError(f"ESCAPED: {command[0]} says {said!r}")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
