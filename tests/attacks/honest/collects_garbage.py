# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Frees memory by hand, looks at what the collector holds, and uses weak references."""

import gc
import weakref

gc.disable()
cache = weakref.WeakValueDictionary()


def center(images):
    mean = images.mean(0)
    cache["mean"] = mean
    assert gc.get_count() and gc.get_referrers(mean) is not None
    gc.collect(0)
    return images - cache["mean"]


gc.enable()
