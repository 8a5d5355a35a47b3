# verdict: RAISED|CRASHED
"""Ends Python in the middle of the training."""


def train(images, labels, *, device, seed):
    raise SystemExit(0)
