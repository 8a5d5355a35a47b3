# verdict: FAILED
# message: It changed the images
"""Normalises in place."""


def train_segmenter(images, masks, *, device, seed):
    images -= images.mean()
    return lambda x: x
