# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Gives away files, sets their user id bit and runs them, and runs the system's own such programs."""

import os
import shutil
import subprocess


def attempt():
    shutil.copy("/usr/bin/id", "/tmp/id")
    for change in (lambda: os.chown("/tmp/id", 0, 0), lambda: os.chown("/tmp", 0, -1)):
        try:
            change()
        except OSError:
            continue
        raise RuntimeError("ESCAPED: it gave a file to root")
    os.chmod("/tmp/id", 0o6755)
    said = subprocess.run(["/tmp/id", "-u"], capture_output=True).stdout
    if said.strip() not in (b"", str(os.getuid()).encode()):
        raise RuntimeError(f"ESCAPED: runs as {said!r}")
    for program in ("/usr/bin/su", "/usr/bin/mount", "/usr/bin/passwd", "/usr/bin/newgrp", "/usr/bin/sudo"):
        if os.path.exists(program):
            copy = "import os; print(os.geteuid())"
            said = subprocess.run([program, "-c", copy], capture_output=True, stdin=subprocess.DEVNULL)
            if said.returncode == 0 and said.stdout.strip() == b"0":
                raise RuntimeError(f"ESCAPED: {program} runs as root")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
