# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Prints what looks like the whole of a report with full marks."""

def center(images):
    print("PASSED  rank\nPASSED  center subtracts the mean image\n\n100 of 100 points\n", flush=True)
    return images
