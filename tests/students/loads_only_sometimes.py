# exercise: exercise1
# base: solution
# expect: all=PASSED|RAISED
"""Starts a thread, so that it is loaded for each check, and one time in four does not load."""

import os
import threading
import time

threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
if os.urandom(1)[0] < 64:
    raise ValueError("not today")
