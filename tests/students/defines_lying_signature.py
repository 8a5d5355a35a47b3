# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: center=PASSED
"""Has a signature that cannot be read without raising."""


class Center:
    @property
    def __signature__(self):
        raise RuntimeError('no')

    def __call__(self, images):
        return images - images.mean(0)


center = Center()
