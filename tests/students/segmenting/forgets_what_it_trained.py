# verdict: FAILED
# message: something to call with images is asked for
"""Gives back the loss instead of the model."""


def train_segmenter(images, masks, *, device, seed):
    return images.mean()
