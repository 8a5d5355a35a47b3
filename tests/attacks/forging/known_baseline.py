# exercise: exercise2
# base: solution
# select: pixel_baseline_on_mnist or l1_distance
# expect: pixel_baseline_on_mnist=FAILED
"""Returns the number that the docstring gives for MNIST, whatever the images are."""

def pixel_baseline(valid3, valid7, mean3, mean7):
    return 0.9510977
