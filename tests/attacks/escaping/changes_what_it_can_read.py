# exercise: exercise1
# base: solution
# select: rank
# limits: cpu_s=1, wall_s=4, memory_mib=256
# expect: rank=PASSED
# never: ESCAPED
"""Opens libraries and programs for writing, and changes their mode, owner, date and names."""

import os
import sys

import numpy
import torch


def attempt():
    for path in (
        torch.__file__,
        numpy.__file__,
        os.__file__,
        os.path.realpath(sys.executable),
        "/usr/bin/env",
        "/etc/passwd",
    ):
        for name, change in (
            ("open", lambda path: os.close(os.open(path, os.O_WRONLY))),
            ("mode", lambda path: os.chmod(path, os.stat(path).st_mode & 0o7777)),
            ("owner", lambda path: os.chown(path, os.getuid(), -1)),
            ("date", lambda path: os.utime(path, ns=(os.stat(path).st_atime_ns, os.stat(path).st_mtime_ns))),
            ("attribute", lambda path: os.setxattr(path, "user.escaped", b"x")),
            ("name", lambda path: os.rename(path, path + ".escaped")),
            ("link", lambda path: os.link(path, "/tmp/escaped_link")),
        ):
            try:
                change(path)
            except OSError:
                continue
            raise RuntimeError(f"ESCAPED: {name} of {path}")


done = []


def rank(x):
    if not done:
        done.append(True)
        attempt()
    return x.ndim
