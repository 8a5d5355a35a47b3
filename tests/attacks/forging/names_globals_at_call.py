# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Redefines itself by name while it is called, each time as another wrong function."""

def center(images):
    globals()["center"] = lambda images: images * 2
    globals()["center"].__name__ = "center"
    return images
