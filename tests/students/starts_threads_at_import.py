# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Starts a thread at the top level, for honest reasons."""

import threading
import time

threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
