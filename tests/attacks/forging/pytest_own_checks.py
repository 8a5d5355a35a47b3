# exercise: exercise1
# base: solution
# select: rank or center
# expect: center=FAILED
"""Defines checks, fixtures and helpers with the names of the judge's own."""

class expect:
    tensor = exactly = scalar = that = kind = staticmethod(lambda *args, **kwargs: None)


def student():
    return None


def test_center_subtracts_mean_image(student=None, images=None):
    """center subtracts the mean image, the mean over the n images"""


def center(images):
    return images
