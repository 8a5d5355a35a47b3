"""Exercise 1: tensors and broadcasting.

Everything in this course is made of tensors: blocks of numbers with a number of axes. An image is a tensor with two
axes (h, w), a pile of n images one with three (n, h, w). Before we compare pictures of digits, a few small functions
to get used to them.

The first two need no tensors. They start from a line out of the lecture notes which Python does not accept:

    [if(i%2==0):i*2 i for i in array]

It was meant to double the even numbers. It can be mended in two ways, with two different results: either the odd
numbers are left out, or they stay as they are. You write both.

Replace each `raise NotImplementedError` by your own code, then run `grade exercise1`. The functions may be written in
any order. None of them may change what it is given.
"""

import torch


def double_evens(numbers):
    """The even numbers, doubled, as a list. Odd numbers are left out; the order stays.

    numbers: anything a `for` loop can go through that holds Python ints: a list, a tuple, a generator.
        It may be empty; the ints may be negative or very large.

    >>> double_evens([1, 2, 3, 4])
    [4, 8]
    """
    raise NotImplementedError


def double_evens_keep_odds(numbers):
    """The numbers as a list, in the same order: even ones doubled, odd ones as they are.

    numbers: as in double_evens.

    >>> double_evens_keep_odds([1, 2, 3, 4])
    [1, 4, 3, 8]
    """
    raise NotImplementedError


def to_float(images):
    """Pixels from 0 to 255 as floats from 0 to 1: each is divided by 255.

    images: uint8 tensor (..., h, w): one image or many, any number of axes in front. Any axis may have length 0.
    Returns a new float32 tensor of the same shape, with memory of its own.

    >>> to_float(torch.tensor([[0, 51, 255]], dtype=torch.uint8))
    tensor([[0.0000, 0.2000, 1.0000]])
    """
    raise NotImplementedError


def rank(x):
    """How many axes the tensor x has, as a Python int. A scalar, such as torch.tensor(3.0), has none.

    >>> rank(torch.zeros(28, 28))
    2
    """
    raise NotImplementedError


def broadcast_shape(a, b):
    """The shape of x + y when x has shape a and y has shape b, as a tuple. Work it out from a and b alone.

    a, b: tuples of ints that are 0 or more; () is the shape of a scalar.
    The shapes are lined up at their LAST axes, and an axis that is missing counts as 1. Two lengths go together if they
    are equal or if one of them is 1; then the other one is the result, so 1 with 5 gives 5 and 1 with 0 gives 0.
    If two lengths do not go together, raise a ValueError.

    >>> broadcast_shape((64, 28, 28), (28, 28))
    (64, 28, 28)
    >>> broadcast_shape((3, 1), (1, 4))
    (3, 4)
    """
    raise NotImplementedError


def center(images):
    """The images minus their mean image.

    images: float32 tensor (n, h, w) with n of at least 1. The mean image (h, w) holds, for each pixel, the mean over
    the n images.
    Returns a float32 tensor (n, h, w).

    >>> center(torch.tensor([[[1.0, 2.0]], [[3.0, 6.0]]]))
    tensor([[[-1., -2.]],
    <BLANKLINE>
            [[ 1.,  2.]]])
    """
    raise NotImplementedError


def pairwise_differences(a, b):
    """Every number of a minus every number of b: out[i, j] = a[i] - b[j]. Broadcasting does it without a loop.

    a: float32 tensor (n,); b: float32 tensor (m,). n or m may be 0.
    Returns a float32 tensor (n, m).

    >>> pairwise_differences(torch.tensor([1.0, 2.0]), torch.tensor([10.0, 20.0, 30.0]))
    tensor([[ -9., -19., -29.],
            [ -8., -18., -28.]])
    """
    raise NotImplementedError


def expand_without_copying(image, n):
    """The image n times, without copying it: a tensor that looks at the image's own memory.

    image: float32 tensor (h, w); n: int, 0 or more.
    Returns a tensor (n, h, w) in which every out[k] is the image. Whoever writes to the image later sees the change in
    out, in every out[k]. (It need not be possible to write to out.)

    >>> image = torch.zeros(1, 2)
    >>> out = expand_without_copying(image, 3)
    >>> image[0, 0] = 5
    >>> out[2]
    tensor([[5., 0.]])
    """
    raise NotImplementedError


def tensor_sharing(array):
    """A tensor that shares the array's memory: writing to the array later shows in the tensor.

    array: a numpy array with any number of axes and any numeric dtype that can be written to. It is not empty, and may
        be a slice such as array[::2], or transposed.
    Returns a tensor with the same shape, values and dtype.
    """
    raise NotImplementedError


def tensor_copying(array):
    """A tensor with memory of its own: writing to the array later does not show in the tensor.

    array: as in tensor_sharing.
    Returns a tensor with the same shape, values and dtype.
    """
    raise NotImplementedError
