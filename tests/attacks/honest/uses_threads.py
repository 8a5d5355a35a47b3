# exercise: exercise1
# base: solution
# select: rank or center or pairwise_differences_is
# expect: all=PASSED
"""Centers each image in a thread of its own and waits for all of them."""

import threading

import torch


def center(images):
    mean, out = images.mean(0), torch.empty_like(images)

    def work(place):
        out[place] = images[place] - mean

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(images))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out
