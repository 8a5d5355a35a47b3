# verdict: FAILED
# message: an object of type list, not a tensor
"""A model that gives lists."""


def train_segmenter(images, masks, *, device, seed):
    return lambda x: x.tolist()
