# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=CRASHED|RAISED
"""Says itself that loading went well, and then ends."""

import os

from grader.guest import wire

for part in wire.dump(["loaded", {}]):
    os.write(3, part)
os._exit(0)
