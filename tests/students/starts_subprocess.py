# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Runs another Python for an honest reason."""

import subprocess
import sys

done = []


def center(images):
    if not done:
        done.append(subprocess.run([sys.executable, '-c', 'print(6 * 7)'], capture_output=True, check=True, text=True).stdout)
    assert done == ['42\n']
    return images - images.mean(0)
