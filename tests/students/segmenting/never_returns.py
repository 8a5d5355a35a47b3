# verdict: TIMED_OUT
# limits: cpu_s=1, wall_s=20
# message: still running after
"""Trains for ever."""


def train_segmenter(images, masks, *, device, seed):
    while True:
        (images @ images.mT).sum()
