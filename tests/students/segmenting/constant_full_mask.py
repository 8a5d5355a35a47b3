# tier: 0
# message: The next line is 0.30
"""Says that everything is salt."""


def train_segmenter(images, masks, *, device, seed):
    return lambda x: (x * 0 + 1)[:, 0]
