"""Known wrong solutions of exercise 6, named FUNCTION__misconception; the docstring is the hint a student reads.

`_read`, `_ten` and `_fitted` are right for what most of them have in common; what is plain has no misconception.
"""
# ruff: noqa: N803, B905 - short as students write it; `Learner` is a class, also where it is an argument

import math
import os
import random
from collections import namedtuple
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

DataLoaders = namedtuple("DataLoaders", "train valid")


# --- load_folder ---


def _files(path):
    """The images' files in the right order."""
    found = [file for file in Path(path).glob("[0-9]/[0-9]*") if file.suffix == ".png"]
    return sorted(found, key=lambda file: (int(file.parent.name), int(file.stem)))


def _pixels(file, mode="L"):
    try:
        return np.array(Image.open(file).convert(mode))
    except Exception as error:
        raise ValueError(f"broken: {file}") from error


def _read(files, pixels=_pixels, label=lambda file: int(file.parent.name)):
    """Images and labels of these files."""
    images = np.array([pixels(file) for file in files]) if files else np.zeros((0, 28, 28), np.uint8)
    return torch.tensor(images), torch.tensor([label(file) for file in files], dtype=torch.int64)


# The first one: only the class of an exception is compared, and all that follow raise the right one.
def load_folder__does_not_say_which(path):
    """The ValueError does not say which file is broken. Put the file's name into the message."""

    def pixels(file):
        try:
            return np.array(Image.open(file).convert("L"))
        except Exception:
            raise ValueError("a file is broken") from None

    return _read(_files(path), pixels)


def load_folder__sorts_numbers_as_text(path):
    """It looks as if 10.png comes before 9.png: the names are sorted as text. Sort by the number: `int(file.stem)`."""
    return _read(sorted(_files(path)))


def load_folder__sorts_by_number_alone(path):
    """The images of different digits are mixed. First by digit, and within a digit by number."""
    return _read(sorted(_files(path), key=lambda file: int(file.stem)))


def load_folder__sorts_backwards(path):
    """The images are in the opposite order. Small numbers come first."""
    return _read(_files(path)[::-1])


def load_folder__counts_the_folders(path):
    """The labels count the folders that are there. If one is missing, all later ones are wrong: the label is the
    folder's name."""
    folders = sorted({file.parent for file in _files(path)})
    return _read(_files(path), label=lambda file: folders.index(file.parent))


def load_folder__labels_are_file_numbers(path):
    """It looks as if the label is the number of the file. It is the name of the folder that the file lies in."""
    return _read(_files(path), label=lambda file: int(file.stem))


def load_folder__needs_every_folder(path):
    """It fails where a digit has no folder. Look first whether it is there, or go through the folders that are."""
    names = {(str(digit), name) for digit in range(10) for name in os.listdir(Path(path) / str(digit))}
    return _read([file for file in _files(path) if (file.parent.name, file.name) in names])


def load_folder__needs_an_image(path):
    """It fails where there is no image at all. Give back a tensor of shape (0, 28, 28), and one of shape (0,)."""
    images, labels = _read(_files(path))
    return torch.stack(list(images)), labels


def load_folder__shape_of_nothing(path):
    """Without images the first shape is (0,). It should be (0, 28, 28): no images, but of this size."""
    images, labels = _read(_files(path))
    return (images if len(images) else images.flatten()), labels


def load_folder__labels_of_nothing_are_floats(path):
    """Without images the labels are float32: torch can't know what the numbers of an empty list would be. Say
    `dtype=torch.int64`."""
    images, labels = _read(_files(path))
    return images, torch.tensor(labels.tolist())


def load_folder__reads_dot_files(path):
    """A file like ._7.png is no image of yours: some systems leave such files behind. Leave out all names that begin
    with a dot."""
    files = [file for file in Path(path).glob("*/*") if file.name.endswith(".png")]
    return _read(sorted(files, key=lambda file: (file.parent.name, int(file.stem))))


def load_folder__reads_every_file(path):
    """It tries to read files that are no PNG. Take only names that end in .png."""
    files = [file for file in Path(path).glob("[0-9]/*") if not file.name.startswith(".")]
    return _read(sorted(files, key=lambda file: (file.parent.name, file.suffix, len(file.stem), file.stem)))


def load_folder__takes_what_lies_beside_for_a_class(path):
    """A file that lies beside the folders is no folder. Take only what is named by a digit, or ask `is_dir()`."""
    files = [file for folder in Path(path).iterdir() for name in os.listdir(folder) for file in [folder / name]]
    return _read([file for file in _files(path) if file in files])


def load_folder__keeps_colours(path):
    """Images in colour keep three numbers a pixel. `convert("L")` makes one of them."""
    return _read(_files(path), pixels=lambda file: _pixels(file, None))


def load_folder__takes_the_red(path):
    """Of images in colour it looks as if you keep one of the three colours. `convert("L")` weighs all three."""
    return _read(_files(path), pixels=lambda file: _pixels(file, "RGB")[..., 0])


def load_folder__averages_colours(path):
    """It looks as if the three colours are averaged. `convert("L")` gives green more weight than red and blue."""
    return _read(_files(path), pixels=lambda file: _pixels(file, "RGB").mean(2).round().astype(np.uint8))


def load_folder__divides_by_255(path):
    """Leave the images as bytes, uint8 from 0 to 255. Dividing comes later, when a model wants floats."""
    images, labels = _read(_files(path))
    return images / 255, labels


def load_folder__turns_images(path):
    """The images lie on their side: rows and columns have changed places."""
    images, labels = _read(_files(path))
    return images.mT, labels


def load_folder__labels_are_bytes(path):
    """The labels' dtype is not int64, which torch wants for picking and counting classes."""
    images, labels = _read(_files(path))
    return images, labels.byte()


def load_folder__labels_are_a_list(path):
    """The labels are a list. `torch.tensor(labels)` makes a tensor of it."""
    images, labels = _read(_files(path))
    return images, labels.tolist()


def load_folder__labels_first(path):
    """The labels come first. The order is images, labels."""
    return _read(_files(path))[::-1]


def load_folder__needs_a_path(path):
    """It fails for a string: only a Path has `/` and `glob`. `Path(path)` makes one, and leaves a Path as it is."""
    return _read([file for file in _files(path) if file in list(path.glob("*/*"))])


def load_folder__needs_a_string(path):
    """It fails for a Path: a string can be joined with `+`, a Path can't. `Path(path) / name` works for both."""
    return _read([file for file in _files(path) if path + "/" != file.name])


def load_folder__leaves_pils_exception(path):
    """A broken file raises what PIL has to say, an OSError. Catch it, and raise a ValueError in its place."""
    return _read(_files(path), pixels=lambda file: np.array(Image.open(file).convert("L")))


def load_folder__watches_only_the_opening(path):
    """A file that is cut off still raises an OSError: `Image.open` looks only at the first few bytes, the pixels are
    read later, by `convert`. It has to stand inside the `try` too."""

    def pixels(file):
        try:
            image = Image.open(file)
        except Exception as error:
            raise ValueError(file.name) from error
        return np.array(image.convert("L"))

    return _read(_files(path), pixels)


def load_folder__skips_broken_files(path):
    """A broken file is left out without a word. Then nobody notices that images are missing: raise a ValueError."""

    def whole(file):
        try:
            return bool(Image.open(file).convert("L"))
        except Exception:
            return False

    return _read([file for file in _files(path) if whole(file)])


# --- split ---


def _cut(order, fraction):
    """(train_idx, valid_idx) of indices in some order."""
    count = round(len(order) * fraction)
    return order[count:], order[:count]


def split__takes_the_first(labels, valid_fraction, generator):
    """The validation part is simply the first one: if the images are sorted, it holds the zeros and no nine. Shuffle
    the indices before you cut."""
    return _cut(torch.arange(len(labels)), valid_fraction)


def split__takes_the_last(labels, valid_fraction, generator):
    """The validation part is simply the last one: if the images are sorted, it holds the nines and no zero. Shuffle the
    indices before you cut."""
    train, valid = _cut(torch.arange(len(labels)).flip(0), valid_fraction)
    return train.flip(0), valid.flip(0)


def split__takes_every_fifth(labels, valid_fraction, generator):
    """The validation part is the same for every seed: every so many-th index. Take it at random."""
    valid = torch.arange(round(len(labels) * valid_fraction)) / valid_fraction
    mask = torch.zeros(len(labels), dtype=torch.bool)
    mask[valid.long()] = True
    return (~mask).nonzero().flatten(), mask.nonzero().flatten()


def split__ignores_the_generator(labels, valid_fraction, generator):
    """It draws from torch's global generator. Hand the given one over: `torch.randperm(n, generator=generator)`."""
    return _cut(torch.randperm(len(labels)), valid_fraction)


def split__has_a_seed_of_its_own(labels, valid_fraction, generator):
    """The split is the same whatever the generator is: it looks as if you set a seed of your own."""
    return _cut(torch.randperm(len(labels), generator=torch.Generator().manual_seed(42)), valid_fraction)


def split__seeds_everybody(labels, valid_fraction, generator):
    """It seeds torch's global generator: from then on everything else in the program is drawn anew. Hand the given one
    over instead: `torch.randperm(n, generator=generator)`."""
    torch.manual_seed(generator.initial_seed())
    return _cut(torch.randperm(len(labels)), valid_fraction)


def split__draws_from_numpy(labels, valid_fraction, generator):
    """It draws from numpy's global generator, which knows nothing of the given one."""
    return _cut(torch.from_numpy(np.random.permutation(len(labels))), valid_fraction)


def split__draws_from_python(labels, valid_fraction, generator):
    """It draws from Python's `random`, which knows nothing of the given generator."""
    return _cut(torch.tensor(random.sample(range(len(labels)), len(labels))), valid_fraction)


def split__fraction_is_for_training(labels, valid_fraction, generator):
    """The parts have each other's size: valid_fraction is the part for validation."""
    return _cut(torch.randperm(len(labels), generator=generator), 1 - valid_fraction)


def split__valid_first(labels, valid_fraction, generator):
    """The parts come in the wrong order: train_idx first, then valid_idx."""
    return _cut(torch.randperm(len(labels), generator=generator), valid_fraction)[::-1]


def split__trains_on_all(labels, valid_fraction, generator):
    """All indices are in train_idx, those for validation as well. What a model has trained on says nothing about how
    good it is: take them out."""
    order = torch.randperm(len(labels), generator=generator)
    return order, _cut(order, valid_fraction)[1]


def split__draws_with_repetition(labels, valid_fraction, generator):
    """The same index comes more than once: `torch.randint` draws each time from all. `torch.randperm` is a shuffled
    row, in which each comes once."""
    n = len(labels)
    valid = torch.randint(0, n, (round(n * valid_fraction),), generator=generator)
    return torch.tensor(sorted(set(range(n)) - set(valid.tolist()))), valid


def split__shuffles_twice(labels, valid_fraction, generator):
    """It looks as if the two parts are cut out of two different orders: some indices are in both, some in neither."""
    orders = [torch.randperm(len(labels), generator=generator) for _ in range(2)]
    return _cut(orders[0], valid_fraction)[0], _cut(orders[1], valid_fraction)[1]


def split__tosses_a_coin(labels, valid_fraction, generator):
    """It looks as if each image is drawn by itself, so that the size of the validation part is a matter of luck.
    Shuffle all indices, and cut off as many as are asked for."""
    mask = torch.rand(len(labels), generator=generator) < valid_fraction
    return (~mask).nonzero().flatten(), mask.nonzero().flatten()


def split__gives_masks(labels, valid_fraction, generator):
    """The parts are masks of True and False. Indices are asked for: `mask.nonzero().flatten()`."""
    mask = torch.zeros(len(labels), dtype=torch.bool)
    mask[_cut(torch.randperm(len(labels), generator=generator), valid_fraction)[1]] = True
    return ~mask, mask


def split__gives_labels(labels, valid_fraction, generator):
    """The parts hold labels. Indices are asked for, the places where these labels stand."""
    return tuple(labels[part] for part in _cut(torch.randperm(len(labels), generator=generator), valid_fraction))


def split__gives_lists(labels, valid_fraction, generator):
    """The parts are lists. Tensors are asked for: leave out `tolist()`, or put `torch.tensor(...)` around."""
    return tuple(part.tolist() for part in _cut(torch.randperm(len(labels), generator=generator), valid_fraction))


def split__fixed_number(labels, valid_fraction, generator):
    """It looks as if the validation part always has the same size. How large is n * valid_fraction here?"""
    return _cut(torch.randperm(len(labels), generator=generator), 0.2)


# --- accuracy ---


def accuracy__in_percent(logits, labels):
    """It is in percent. A share is asked for: 0.5, not 50."""
    return 100 * (logits.argmax(1) == labels).float().mean().item()


def accuracy__counts(logits, labels):
    """It is the number of right answers. Divide by how many there are."""
    return float((logits.argmax(1) == labels).sum())


def accuracy__gives_a_tensor(logits, labels):
    """It is a tensor. `.item()` makes a Python float of it."""
    return (logits.argmax(1) == labels).float().mean()


def accuracy__over_columns(logits, labels):
    """It looks as if `argmax` goes down the columns. Each row is an image, and its classes stand side by side: axis
    1."""
    return (logits.argmax(0) == labels).float().mean().item()


def accuracy__over_everything(logits, labels):
    """It looks as if `argmax` has no axis: then there is one answer for all rows together. Axis 1."""
    return (logits.argmax() == labels).float().mean().item()


def accuracy__takes_the_smallest(logits, labels):
    """It looks as if the smallest number of a row wins. The largest one does."""
    return (logits.argmin(1) == labels).float().mean().item()


def accuracy__share_of_wrong_answers(logits, labels):
    """It is the share of wrong answers. What is left of 1?"""
    return (logits.argmax(1) != labels).float().mean().item()


def accuracy__compares_values(logits, labels):
    """It looks as if the largest number itself is compared with the label. Its place is what counts: `argmax`."""
    return (logits.amax(1) == labels).float().mean().item()


def accuracy__with_a_threshold(logits, labels):
    """It looks as if the number at the label only has to be above 0. It has to be the largest of its row."""
    return (logits[torch.arange(len(labels)), labels] > 0).float().mean().item()


# --- mean_images ---


def _ten(images, labels, mean):
    return torch.stack([mean(images[labels == digit]) for digit in range(10)])


def mean_images__one_number_each(images, labels):
    """Each digit has one number instead of an image: the mean goes over everything. Average over the axis that counts
    the images: `mean(0)`."""
    return _ten(images, labels, lambda part: part.float().mean())


def mean_images__mean_of_all(images, labels):
    """Each image is divided by the number of all images. Divide by how many there are of its own digit."""
    return _ten(images, labels, lambda part: part.float().sum(0) / len(images))


def mean_images__sums(images, labels):
    """The images are added up, and not divided by how many they are."""
    return _ten(images, labels, lambda part: part.float().sum(0))


def mean_images__mean_of_bytes(images, labels):
    """torch can't take the mean of bytes. Make floats of them first: `.float()`."""
    return _ten(images, labels, lambda part: part.mean(0))


def mean_images__whole_numbers(images, labels):
    """The means are whole numbers: it looks as if they are rounded, or divided with //. Take the mean of floats."""
    return _ten(images, labels, lambda part: part.float().mean(0).floor())


def mean_images__scales_to_1(images, labels):
    """The scale has changed: it looks as if you divide by 255. Here the means stay on the images' own scale."""
    return _ten(images, labels, lambda part: part.float().mean(0) / 255)


def mean_images__first_image(images, labels):
    """It looks like a single image of each digit. Take the mean of all of them."""
    return _ten(images, labels, lambda part: part[0].float())


def mean_images__in_order_of_appearance(images, labels):
    """The digits are in the order in which they come in the labels. Place 0 is for the zeros, and so on."""
    order = list(dict.fromkeys(labels.tolist()))
    return torch.stack([images[labels == digit].float().mean(0) for digit in order])


def mean_images__in_float64(images, labels):
    """The result is float64. float32 is asked for: `.float()`."""
    return _ten(images, labels, lambda part: part.double().mean(0))


def mean_images__gives_a_list(images, labels):
    """The mean images are in a list. `torch.stack` makes one tensor of them."""
    return [images[labels == digit].float().mean(0) for digit in range(10)]


# --- nearest_mean ---


def _distances(images, means):
    """L1, (n, 10)."""
    return (images[:, None] - means).abs().mean((2, 3))


def nearest_mean__squares(images, means):
    """It looks as if you square the differences (L2). L1 is the mean of their absolute values."""
    return ((images[:, None] - means) ** 2).mean((2, 3)).argmin(1)


def nearest_mean__bytes_wrap_around(images, means):
    """The means are made bytes before you subtract. Bytes can't be negative, 3 - 5 gives 254: make the images float
    instead."""
    return (images[:, None] - means.byte()).float().abs().mean((2, 3)).argmin(1)


def nearest_mean__rounds_the_means(images, means):
    """It looks as if the means are made whole numbers. Leave them as they are, and make the images float."""
    return _distances(images.int(), means.int().float()).argmin(1)


def nearest_mean__farthest(images, means):
    """It gives the digit that is farthest away: `argmax` in place of `argmin`?"""
    return _distances(images, means).argmax(1)


def nearest_mean__ties_to_the_highest(images, means):
    """If two means are equally near you take the higher digit. It should be the lower one: is there a `<=` that should
    be `<`?"""
    return 9 - _distances(images, means).flip(1).argmin(1)


def nearest_mean__without_abs(images, means):
    """Differences up and down cancel each other. Take absolute values before the mean."""
    return (images[:, None] - means).mean((2, 3)).argmin(1)


def nearest_mean__abs_too_late(images, means):
    """Differences up and down cancel each other: it looks as if the absolute value comes after the mean."""
    return (images[:, None] - means).mean((2, 3)).abs().argmin(1)


def nearest_mean__scales_only_the_images(images, means):
    """It looks as if the images are divided by 255 and the means are not. Both have to be on the same scale."""
    return _distances(images / 255, means).argmin(1)


def nearest_mean__one_answer_for_all(images, means):
    """There is one answer for all images together. Each image has ten distances of its own."""
    return _distances(images, means).argmin() % 10


def nearest_mean__gives_distances(images, means):
    """It gives the distances. Which digit has the smallest one is asked for: `argmin`."""
    return _distances(images, means)


def nearest_mean__gives_the_smallest_distance(images, means):
    """It gives the smallest distance, and not whose it is: `argmin` in place of `min`."""
    return _distances(images, means).amin(1)


def nearest_mean__int32(images, means):
    """The result's dtype is not int64, which torch takes for indices and labels."""
    return _distances(images, means).argmin(1).int()


def nearest_mean__a_column(images, means):
    """The result has shape (n, 1). It should be (n,)."""
    return _distances(images, means).argmin(1, keepdim=True)


# --- cross_entropy ---


def cross_entropy(logits, labels):
    return (logits.logsumexp(1) - logits[torch.arange(len(labels)), labels]).mean()


def _log_p(logits):
    """The log of the probabilities."""
    return logits - logits.logsumexp(1, keepdim=True)


def _picked(numbers, labels):
    return numbers[torch.arange(len(labels)), labels]


def cross_entropy__overflows(logits, labels):
    """For large logits it is infinite or nan: e^100 is too large for float32. Take the largest number of each row away
    from the row first."""
    return -_picked(logits.exp() / logits.exp().sum(1, keepdim=True), labels).log().mean()


def cross_entropy__overflows_in_the_sum(logits, labels):
    """For large logits it is infinite: the sum of e^z is too large for float32. Take the largest number of each row
    away first, or use `torch.logsumexp`."""
    return (logits.exp().sum(1).log() - _picked(logits, labels)).mean()


def cross_entropy__log_of_softmax(logits, labels):
    """For large logits it is infinite: a probability that is too small for float32 is 0, and log(0) is minus infinity.
    Don't take the log of a softmax: log(e^z / sum) is z - log(sum)."""
    return -_picked(logits.softmax(1), labels).log().mean()


def cross_entropy__adds_a_little(logits, labels):
    """The small number that you add to the probabilities limits the loss. Without it, but so that no log(0) comes up:
    log(e^z / sum) is z - log(sum)."""
    return -(_picked(logits.softmax(1), labels) + 1e-9).log().mean()


def cross_entropy__largest_of_the_whole_batch(logits, labels):
    """It looks as if the largest number of the whole batch is taken away from all rows. Where a row is far below it,
    all its e^z are 0: take away the largest number of each row."""
    shifted = logits - logits.max()
    return (shifted.exp().sum(1).log() - _picked(shifted, labels)).mean()


def cross_entropy__sums(logits, labels):
    """It grows with the number of images: it is the sum. Take the mean."""
    return -_picked(_log_p(logits), labels).sum()


def cross_entropy__mean_over_classes_too(logits, labels):
    """It is divided by the number of classes as well. Only the images are averaged."""
    return -(_log_p(logits) * F.one_hot(labels, logits.shape[1])).mean()


def cross_entropy__softmax_twice(logits, labels):
    """It looks as if a softmax is taken twice. Logits are raw: one softmax makes probabilities of them."""
    return -_picked(_log_p(logits.softmax(1)), labels).mean()


def cross_entropy__log_base_2(logits, labels):
    """It looks as if the log is that of base 2. `log` is the natural one, the inverse of `exp`."""
    return -_picked(_log_p(logits), labels).mean() / math.log(2)


def cross_entropy__log_base_10(logits, labels):
    """It looks as if the log is that of base 10. `log` is the natural one, the inverse of `exp`."""
    return -_picked(_log_p(logits), labels).mean() / math.log(10)


def cross_entropy__without_the_minus(logits, labels):
    """It is negative: logs of probabilities are. The minus sign makes a loss of it, which gets smaller as the model
    gets better."""
    return _picked(_log_p(logits), labels).mean()


def cross_entropy__without_the_log(logits, labels):
    """It looks as if the log is missing: the mean probability of the label, with or without a minus."""
    return -_picked(logits.softmax(1), labels).mean()


def cross_entropy__one_minus_p(logits, labels):
    """It is the mean of 1 - p, as in `mnist_loss`. Here it is minus the log of p."""
    return 1 - _picked(logits.softmax(1), labels).mean()


def cross_entropy__log_of_the_mean(logits, labels):
    """It looks as if the log is taken of the mean probability. First the log for each image, then the mean."""
    return -_picked(logits.softmax(1), labels).mean().log()


def cross_entropy__over_columns(logits, labels):
    """It looks as if the softmax goes down the columns. Each row is an image, and its classes stand side by side."""
    return -_picked(logits - logits.logsumexp(0, keepdim=True), labels).mean()


def cross_entropy__every_row_with_every_label(logits, labels):
    """`logits[:, labels]` takes the columns of all labels in every row. One number for each row:
    `logits[torch.arange(n), labels]`."""
    return -_log_p(logits)[:, labels].mean()


def cross_entropy__one_loss_each(logits, labels):
    """It gives a loss for each image. The mean of them is asked for."""
    return -_picked(_log_p(logits), labels)


def cross_entropy__gives_a_float(logits, labels):
    """It is a Python float, and nothing can go backward through that. Leave out `.item()`."""
    return -_picked(_log_p(logits), labels).mean().item()


def cross_entropy__detached(logits, labels):
    """No gradient arrives at the logits: it looks as if the computation is cut off by `detach`, `data` or `no_grad`."""
    return -_picked(_log_p(logits.detach()), labels).mean()


def cross_entropy__largest_with_gradient_lost(logits, labels):
    """The value is right, the gradient is not: it looks as if a part of the computation is detached that is needed. The
    number at the label has to stay attached."""
    return (logits.logsumexp(1) - _picked(logits.detach(), labels)).mean()


def cross_entropy__calls_torchs_own(logits, labels):
    """That is torch's own. Here it is to be written by hand: exp, sum and log, or logsumexp."""
    return F.cross_entropy(logits, labels)


# --- fit_with_learner ---


def _rows(images):
    return images.flatten(1).float() / 255


def _net():
    return nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 10))


def _learner(images, labels, Learner, *, rows=_rows, model=None, size=10, loss=cross_entropy):
    batches = list(zip(rows(images).split(size), labels.split(size)))
    return Learner(DataLoaders(batches, []), model or _net(), torch.optim.SGD, loss)


def _fitted(learner, epochs, lr):
    learner.fit(epochs, lr)
    return lambda images: learner.predict(_rows(images))


def fit_with_learner__fixed_lr(images, labels, Learner, epochs, lr):
    """The Learner's fit is not called with the lr that is given: it looks as if a number is written there."""
    return _fitted(_learner(images, labels, Learner), epochs, 0.05)


def fit_with_learner__fixed_epochs(images, labels, Learner, epochs, lr):
    """The Learner's fit is not called with the epochs that are given: it looks as if a number is written there."""
    return _fitted(_learner(images, labels, Learner), 6, lr)


def fit_with_learner__fixed_numbers(images, labels, Learner, epochs, lr):
    """The Learner's fit is called with numbers of your own. Hand over the epochs and the lr that are given."""
    return _fitted(_learner(images, labels, Learner), 6, 0.05)


def fit_with_learner__lr_first(images, labels, Learner, epochs, lr):
    """epochs and lr have changed places: it is `fit(n_epochs, lr)`."""
    return _fitted(_learner(images, labels, Learner), lr, epochs)


def fit_with_learner__one_epoch_at_a_time(images, labels, Learner, epochs, lr):
    """The Learner's fit is called for one epoch, again and again. Call it once, with all epochs."""
    learner = _learner(images, labels, Learner)
    for _ in range(epochs - 1):
        learner.fit(1, lr)
    return _fitted(learner, 1, lr)


def fit_with_learner__never_fits(images, labels, Learner, epochs, lr):
    """The Learner is made, but never trains: call its `fit`."""
    learner = _learner(images, labels, Learner)
    return lambda images: learner.predict(_rows(images))


def fit_with_learner__trains_by_itself(images, labels, Learner, epochs, lr):
    """The Learner that is handed over has nothing to do with what you give back. Let it train, and predict with it."""
    torch.manual_seed(1)
    model, x = _net(), _rows(images)
    for _ in range(epochs):
        for part in torch.arange(len(x)).split(10):
            slopes = torch.autograd.grad(cross_entropy(model(x[part]), labels[part]), list(model.parameters()))
            with torch.no_grad():
                for parameter, slope in zip(model.parameters(), slopes):
                    parameter -= 0.05 * slope
    return lambda images: model(_rows(images))


def fit_with_learner__gives_back_nothing(images, labels, Learner, epochs, lr):
    """It gives back what `fit` gives, which is nothing. Give back a function that predicts."""
    return _learner(images, labels, Learner).fit(epochs, lr)


def fit_with_learner__gives_digits(images, labels, Learner, epochs, lr):
    """What you give back already decides for a digit. The ten outputs are asked for, (n, 10)."""
    predict = _fitted(_learner(images, labels, Learner), epochs, lr)
    return lambda images: predict(images).argmax(1)


def fit_with_learner__gives_the_model(images, labels, Learner, epochs, lr):
    """It looks as if you give back the model itself, which wants rows of floats. It will be called with uint8 images:
    prepare them as you did for the training."""
    learner = _learner(images, labels, Learner)
    learner.fit(epochs, lr)
    return learner.predict


def fit_with_learner__forgets_to_scale(images, labels, Learner, epochs, lr):
    """The model gets bytes from 0 to 255, and with such large numbers the steps become far too large. Divide by 255."""

    def rows(images):
        return images.flatten(1).float()

    learner = _learner(images, labels, Learner, rows=rows)
    learner.fit(epochs, lr)
    return lambda images: learner.predict(rows(images))


def fit_with_learner__scales_only_the_training(images, labels, Learner, epochs, lr):
    """It trains on numbers from 0 to 1, and predicts from bytes, or the other way round. Prepare both in one way."""
    learner = _learner(images, labels, Learner, rows=lambda images: images.flatten(1) / 255 * 2 - 1)
    learner.fit(epochs, lr)
    return lambda images: learner.predict(images.flatten(1).float())


def fit_with_learner__one_batch(images, labels, Learner, epochs, lr):
    """All images are in one batch: that makes one step an epoch, far too few. Cut them into batches of about 10."""
    return _fitted(_learner(images, labels, Learner, size=len(images)), epochs, lr)


def fit_with_learner__softmax_before_the_loss(images, labels, Learner, epochs, lr):
    """It looks as if the model ends with a softmax, and cross_entropy takes another one: that makes learning slow. The
    model gives raw outputs."""
    return _fitted(_learner(images, labels, Learner, model=nn.Sequential(_net(), nn.Softmax(1))), epochs, lr)


def fit_with_learner__one_output(images, labels, Learner, epochs, lr):
    """The model has one output. Ten classes need ten, one for each digit."""
    model = nn.Sequential(nn.Linear(784, 30), nn.ReLU(), nn.Linear(30, 1))
    loss = lambda preds, labels: ((preds[:, 0] - labels) ** 2).mean()  # noqa: E731 - as students write it
    return _fitted(_learner(images, labels, Learner, model=model, loss=loss), epochs, lr)


def fit_with_learner__one_hot_targets(images, labels, Learner, epochs, lr):
    """The targets are one-hot, ten numbers for each image, but cross_entropy picks by labels. Leave them as they
    are."""
    return _fitted(_learner(images, F.one_hot(labels, 10), Learner), epochs, lr)


def fit_with_learner__shuffles_only_the_images(images, labels, Learner, epochs, lr):
    """The model learns nothing: it looks as if the images are shuffled and the labels are not. Take both by the same
    indices."""
    return _fitted(_learner(images[torch.randperm(len(images))], labels, Learner), epochs, lr)


def fit_with_learner__scales_in_place(images, labels, Learner, epochs, lr):
    """The images that it was given are changed. Make new ones: `images / 255` does, `images //= 2` does not."""
    images //= 2
    return _fitted(_learner(images, labels, Learner), epochs, lr)
