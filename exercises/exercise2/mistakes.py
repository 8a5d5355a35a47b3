"""Known wrong solutions of exercise 2. Runs as a submission; each docstring is the hint a student gets."""

import numpy as np
import torch
from PIL import Image


def _bytes(path):
    with Image.open(path) as image:
        return torch.from_numpy(np.array(image.convert("L")))


def _stack(images):
    return torch.stack(images) if images else torch.zeros(0, 28, 28)


def _distance(a, b):
    return (a - b).abs().mean((-1, -2))


def _called_3(x, mean3, mean7):
    return _distance(x, mean3) < _distance(x, mean7)


def load_images__forgets_to_scale(paths):
    """The values go up to 255. Images are asked for on a scale from 0 to 1: what do the bytes have to be divided by?"""
    return _stack([_bytes(path) for path in paths]).float()


def load_images__divides_by_256(paths):
    """The largest byte is 255, and it should become exactly 1. Look at what you divide by."""
    return _stack([_bytes(path) for path in paths]).float() / 256


def load_images__keeps_float64(paths):
    """numpy turns bytes divided by 255 into float64. torch's usual dtype is float32: convert before you return."""
    return _stack([_bytes(path) for path in paths]).double() / 255


def load_images__keeps_bytes(paths):
    """These are the bytes of the files as they are. Make them float32, and scale them to 0..1."""
    return _stack([_bytes(path) for path in paths])


def load_images__sorts_the_paths(paths):
    """The images come in the order of the sorted paths. Keep the order in which the paths were given."""
    return _stack([_bytes(path) for path in sorted(paths, key=str)]).float() / 255


def load_images__swaps_rows_and_columns(paths):
    """Your images lie on their side: rows and columns are exchanged. numpy's order (height, width) is right."""
    return _stack([_bytes(path).T for path in paths]).float() / 255


def load_images__adds_a_colour_axis(paths):
    """There is an axis too many: (n, 1, 28, 28). Grey images need no axis for the colour here."""
    return _stack([_bytes(path) for path in paths]).float().reshape(-1, 1, 28, 28) / 255


def load_images__keeps_the_colours(paths):
    """An image in colour has three or four numbers for each pixel. Make it grey while it is still PIL's."""
    return _stack([torch.from_numpy(np.array(Image.open(path))) for path in paths]).float() / 255


def load_images__averages_the_colours(paths):
    """Red, green and blue do not look equally bright, so grey is not their plain mean. PIL knows the weights."""
    images = [torch.from_numpy(np.array(Image.open(path).convert("RGB"))) for path in paths]
    return _stack([image.float().mean(-1) for image in images]) / 255


def load_images__stacks_nothing(paths):
    """`torch.stack` cannot stack an empty list. What should come back when there are no paths?"""
    return torch.stack([_bytes(path) for path in paths]).float() / 255


def load_images__skips_missing_files(paths):
    """Files that do not exist are left out without a word. Let the error through, so that it is noticed."""
    images = []
    for path in paths:
        try:
            images.append(_bytes(path))
        except FileNotFoundError:
            continue
    return _stack(images).float() / 255


def mean_image__averages_everything(images):
    """This is one number: the mean over all pixels of all images. Average over the images only, and keep the pixels."""
    return images.float().mean()


def mean_image__averages_each_image(images):
    """This is one number for each image. It should be the other way round: one number for each pixel place."""
    return images.float().mean((1, 2))


def mean_image__averages_the_rows(images):
    """The axis that is averaged away is the wrong one. Which axis of (n, h, w) counts the images?"""
    return images.float().mean(1)


def mean_image__averages_the_last_axis(images):
    """The last axis runs along a row of pixels. Which axis of (n, h, w) counts the images?"""
    return images.float().mean(-1)


def mean_image__adds_up(images):
    """This is the sum of the images. The mean is the sum divided by how many there are."""
    return images.float().sum(0)


def mean_image__divides_by_255(images):
    """The mean is on another scale than the images. Leave their scale alone: nothing is divided by 255 here."""
    return images.float().mean(0) / 255


def mean_image__rounds_to_whole_numbers(images):
    """The mean of whole numbers need not be whole: it was cut off somewhere. Make the images float32 first."""
    return (images.double().sum(0) // len(images)).float()


def mean_image__forgets_to_convert(images):
    """torch takes no mean of bytes, and the mean of float64 images is float64. Make the images float32 first."""
    return images.mean(0)


def l1_distance__forgets_abs(a, b):
    """Differences above and below zero cancel here. Make each one positive before you average."""
    return (a - b).mean()


def l1_distance__takes_abs_too_late(a, b):
    """The absolute value comes after the mean, when the differences have cancelled already. Change the order."""
    return (a - b).mean().abs()


def l1_distance__adds_up(a, b):
    """This is the sum of the absolute differences; it grows with the image. Take their mean."""
    return (a - b).abs().sum()


def l1_distance__squares(a, b):
    """This is the mean of the squares. L1 takes absolute values in place of squares."""
    return ((a - b) ** 2).mean()


def l1_distance__takes_rmse(a, b):
    """This is the RMSE distance. L1 has no squares and no root: it averages absolute values."""
    return ((a - b) ** 2).mean().sqrt()


def l1_distance__averages_each_row(a, b):
    """This is one number for each row. Average over everything, to get one number."""
    return (a - b).abs().mean(-1)


def rmse_distance__forgets_the_root(a, b):
    """This is the mean of the squares. The R of RMSE is missing: the root."""
    return ((a - b) ** 2).mean()


def rmse_distance__takes_the_root_of_each(a, b):
    """The root of each square is the absolute value again, so this is L1. Take the root once, after the mean."""
    return ((a - b) ** 2).sqrt().mean()


def rmse_distance__adds_up(a, b):
    """This is the root of the sum of the squares; it grows with the image. Take their mean, then the root."""
    return ((a - b) ** 2).sum().sqrt()


def rmse_distance__squares_the_mean(a, b):
    """The mean is taken before the square, so differences above and below zero cancel. Square each one first."""
    return ((a - b).mean() ** 2).sqrt()


def rmse_distance__averages_each_row(a, b):
    """This is one number for each row. Average over everything, to get one number."""
    return ((a - b) ** 2).mean(-1).sqrt()


def mnist_distance__averages_over_everything(a, b):
    """One number comes back for all images together. Name the axes that the mean is to go over: the pixels' two."""
    return (a - b).abs().mean()


def mnist_distance__averages_the_last_axis(a, b):
    """Only one axis is averaged away, so each row keeps a number of its own. An image has two axes of pixels."""
    return (a - b).abs().mean(-1)


def mnist_distance__averages_the_first_axes(a, b):
    """The first axes count the images, as soon as there is more than one. Count the axes from the end instead."""
    return (a - b).abs().mean((0, 1))


def mnist_distance__counts_axes_from_the_front(a, b):
    """Axes 1 and 2 are the pixels' only if there is exactly one axis in front. Count the axes from the end instead."""
    return (a - b).abs().mean((1, 2))


def mnist_distance__forgets_abs(a, b):
    """Differences above and below zero cancel here. Make each one positive before you average."""
    return (a - b).mean((-1, -2))


def mnist_distance__takes_abs_too_late(a, b):
    """The absolute value comes after the mean, when the differences have cancelled already. Change the order."""
    return (a - b).mean((-1, -2)).abs()


def mnist_distance__squares(a, b):
    """This is the mean of the squares. L1 takes absolute values in place of squares."""
    return ((a - b) ** 2).mean((-1, -2))


def mnist_distance__takes_rmse(a, b):
    """This is the RMSE distance of each image. `mnist_distance` is the L1 distance: no squares, no root."""
    return ((a - b) ** 2).mean((-1, -2)).sqrt()


def mnist_distance__adds_up(a, b):
    """These are sums over the 784 pixels. Take the mean."""
    return (a - b).abs().sum((-1, -2))


def mnist_distance__keeps_the_axes(a, b):
    """The averaged axes are still there, with length 1. Without keepdim they go away."""
    return (a - b).abs().mean((-1, -2), keepdim=True)


def mnist_distance__stretches_b_only(a, b):
    """b is stretched to the shape of a, which fails when a is the smaller one. `a - b` alone broadcasts both ways."""
    return (a - b.expand_as(a)).abs().mean((-1, -2))


def is_3__calls_a_tie_a_3(x, mean3, mean7):
    """An image that is as far from both means is called a 3 here. It has to be strictly nearer to the mean 3."""
    return _distance(x, mean3) <= _distance(x, mean7)


def is_3__says_it_of_7s(x, mean3, mean7):
    """This is True for 7s. An image is a 3 if the distance to the mean 3 is the *smaller* one."""
    return _distance(x, mean3) > _distance(x, mean7)


def is_3__uses_rmse(x, mean3, mean7):
    """The distances compared here are RMSE. Use `mnist_distance`, which is L1: the two do not always agree."""
    return ((x - mean3) ** 2).mean((-1, -2)) < ((x - mean7) ** 2).mean((-1, -2))


def is_3__forgets_abs(x, mean3, mean7):
    """Differences above and below zero cancel in these distances. Use `mnist_distance`, with its absolute values."""
    return (x - mean3).mean((-1, -2)).abs() < (x - mean7).mean((-1, -2)).abs()


def is_3__gives_one_answer(x, mean3, mean7):
    """One answer comes back for all images together. Each image has its own distances, and gets its own answer."""
    return (x - mean3).abs().mean() < (x - mean7).abs().mean()


def is_3__gives_numbers(x, mean3, mean7):
    """These are numbers. The comparison alone gives the True and False that are asked for; convert nothing."""
    return _called_3(x, mean3, mean7).float()


def is_3__gives_python_bools(x, mean3, mean7):
    """This is one of Python's own bools. Give the tensor back that the comparison makes, for one image too."""
    called = _called_3(x, mean3, mean7)
    return called.item() if called.dim() == 0 else called


def pixel_baseline__pools_both_sets(valid3, valid7, mean3, mean7):
    """This is the share of right answers among all images, so the larger set counts more. Average two shares."""
    right = [_called_3(valid3, mean3, mean7), ~_called_3(valid7, mean3, mean7)]
    return torch.cat(right).float().mean()


def pixel_baseline__looks_at_3s_only(valid3, valid7, mean3, mean7):
    """This is the share of right answers on the 3s. Calling everything a 3 would get full marks: look at the 7s too."""
    return _called_3(valid3, mean3, mean7).float().mean()


def pixel_baseline__counts(valid3, valid7, mean3, mean7):
    """These are counts of images. Divide each count by the size of its set before you take the mean."""
    return (_called_3(valid3, mean3, mean7).sum() + (~_called_3(valid7, mean3, mean7)).sum()) / 2


def pixel_baseline__adds_the_shares(valid3, valid7, mean3, mean7):
    """This is the sum of the two shares, which can reach 2. Their mean is asked for."""
    return _called_3(valid3, mean3, mean7).float().mean() + (~_called_3(valid7, mean3, mean7)).float().mean()


def pixel_baseline__counts_mistakes(valid3, valid7, mean3, mean7):
    """This is how often `is_3` is wrong. Asked for is how often it is right."""
    return 1 - _mean_of_shares(_called_3(valid3, mean3, mean7), ~_called_3(valid7, mean3, mean7))


def pixel_baseline__wants_7s_called_3(valid3, valid7, mean3, mean7):
    """A 7 that is called a 3 counts as right here. On the 7s, `is_3` is right where it says False."""
    return _mean_of_shares(_called_3(valid3, mean3, mean7), _called_3(valid7, mean3, mean7))


def pixel_baseline__wants_7s_nearer_to_7(valid3, valid7, mean3, mean7):
    """A 7 as far from both means counts as wrong here. `is_3` says False for it, and for a 7 that is right."""
    return _mean_of_shares(_called_3(valid3, mean3, mean7), _called_3(valid7, mean7, mean3))


def _mean_of_shares(right3, right7):
    return (right3.float().mean() + right7.float().mean()) / 2
