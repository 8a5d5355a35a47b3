# tier: 0
# message: A mask that is empty everywhere gets 0.28
"""Says for every image that there is no salt: right for more than a quarter of them, and below the first line."""


def train_segmenter(images, masks, *, device, seed):
    return lambda x: x * 0 - 1
