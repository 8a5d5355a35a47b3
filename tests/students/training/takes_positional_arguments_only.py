# verdict: RAISED
# message: TypeError
"""Has no parameter for the device and none for the seed."""


def train(images, labels):
    return lambda asked: asked
