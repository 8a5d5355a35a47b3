# tier: 0
# message: The next line is 0.30
"""Each of the 256 brightnesses is salt or not, whichever it is more often in the training images."""

import torch


def train_segmenter(images, masks, *, device, seed):
    levels = (images * 255).round().long()
    salt = torch.bincount(levels[masks > 0], minlength=256)
    table = 2 * salt - torch.bincount(levels.flatten(), minlength=256)
    return lambda x: table[(x * 255).round().long()].float()
