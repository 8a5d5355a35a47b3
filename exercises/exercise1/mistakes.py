"""Known wrong solutions of exercise 1, named for the misconception. The docstring is the hint a student gets."""

import torch


def double_evens__keeps_odds(numbers):
    """The odd numbers are still in your list. Here they have to go: an `if` after the `for` decides who stays."""
    return [number * 2 if number % 2 == 0 else number for number in numbers]


def double_evens__filters_only(numbers):
    """You picked the right numbers, but each of them should be doubled as well."""
    return [number for number in numbers if number % 2 == 0]


def double_evens__doubles_odds(numbers):
    """You kept the odd numbers and left out the even ones. What does number % 2 give for an even number?"""
    return [number * 2 for number in numbers if number % 2]


def double_evens__squares(numbers):
    """Doubling means times 2. ** 2 is the square; the two agree only for 0 and 2."""
    return [number**2 for number in numbers if number % 2 == 0]


def double_evens__generator(numbers):
    """Round brackets around a comprehension make a generator, which has not computed anything yet. Return a list."""
    return (number * 2 for number in numbers if number % 2 == 0)


def double_evens__halves_as_float(numbers):
    """You divide with /, which gives a float, and floats cannot hold large ints exactly. Use % to see what is even."""
    return [number * 2 for number in numbers if number / 2 == number // 2]


def double_evens__needs_a_list(numbers):
    """len() and [index] work for lists, not for a generator. Loop over the numbers themselves."""
    return [numbers[place] * 2 for place in range(len(numbers)) if numbers[place] % 2 == 0]


def double_evens_keep_odds__drops_odds(numbers):
    """The odd numbers are missing. Here they stay as they are: you need an `else`, and it stands before the `for`."""
    return [number * 2 for number in numbers if number % 2 == 0]


def double_evens_keep_odds__doubles_all(numbers):
    """You doubled the odd numbers as well; they should stay as they are."""
    return [number * 2 for number in numbers]


def double_evens_keep_odds__doubles_odds(numbers):
    """You doubled the odd numbers and kept the even ones: it is the other way round. What is 4 % 2?"""
    return [number if number % 2 == 0 else number * 2 for number in numbers]


def double_evens_keep_odds__evens_first(numbers):
    """All numbers are there, but the order changed. Go through the numbers once and decide for each of them."""
    numbers = list(numbers)
    return [number * 2 for number in numbers if number % 2 == 0] + [number for number in numbers if number % 2]


def double_evens_keep_odds__in_place(numbers):
    """You wrote the doubled numbers into the list you were given, so the caller's list changed. Build a new list."""
    for place, number in enumerate(numbers):
        if number % 2 == 0:
            numbers[place] = number * 2
    return numbers


def to_float__divides_whole_numbers(images):
    """You divided whole numbers and converted afterwards, when the fractions were gone. Convert first, then divide."""
    return (images // 255).float()


def to_float__forgets_to_divide(images):
    """The dtype is right, but the values still run from 0 to 255. They should run from 0 to 1."""
    return images.float()


def to_float__divides_by_256(images):
    """White (255) should become exactly 1.0. You divided by the number of grey values, not by the largest one."""
    return images.float() / 256


def to_float__float64(images):
    """The values are right, but the dtype is float64 (double). torch computes in float32, so ask for that."""
    return images.double() / 255


def to_float__divides_by_largest(images):
    """You divided by the largest pixel of these images. A dark image would get brighter: divide by 255, always."""
    return images.float() / images.max() if images.numel() else images.float()


def rank__numel(x):
    """That is the number of elements. The rank is the number of axes."""
    return x.numel()


def rank__len(x):
    """len(x) is the length of the first axis, and a scalar has none. The rank is the number of axes."""
    return len(x)


def rank__shape(x):
    """That is the shape itself. The rank is how many numbers stand in it."""
    return x.shape


def rank__scalar_is_1(x):
    """A scalar has no axis at all: its shape is (), its rank 0. A tensor with one element and shape (1,) has rank 1."""
    return max(1, x.ndim)


def broadcast_shape__aligns_first_axes(a, b):
    """You lined the shapes up at their first axes. Broadcasting lines them up at the last ones."""
    length = max(len(a), len(b))
    a, b = a + (1,) * (length - len(a)), b + (1,) * (length - len(b))
    return _combine(a, b)


def broadcast_shape__drops_leading_axes(a, b):
    """zip ends with the shorter shape, so the axes that only the longer one has are lost. Fill up with 1s in front."""
    length = min(len(a), len(b))
    return _combine(a[len(a) - length :], b[len(b) - length :])


def broadcast_shape__backwards(a, b):
    """You went through the shapes from the last axis to the first and did not turn the result round again."""
    return _right_shape(a, b)[::-1]


def broadcast_shape__list(a, b):
    """The lengths are right, but you return a list. A shape is a tuple."""
    return list(_right_shape(a, b))


def broadcast_shape__larger_wins(a, b):
    """You took the larger length. That fails for 0: when one length is 1 the other one counts, and 1 with 0 gives 0."""
    _right_shape(a, b)
    length = max(len(a), len(b))
    a, b = (1,) * (length - len(a)) + a, (1,) * (length - len(b)) + b
    return tuple(max(pair) for pair in zip(a, b, strict=True))


def broadcast_shape__torchs_error(a, b):
    """torch raises a RuntimeError for shapes that do not go together. Here a ValueError is asked for."""
    return tuple(torch.broadcast_shapes(a, b))


def broadcast_shape__never_raises(a, b):
    """You never compare the two lengths. If they differ and neither is 1 they do not go together: raise ValueError."""
    length = max(len(a), len(b))
    a, b = (1,) * (length - len(a)) + a, (1,) * (length - len(b)) + b
    return tuple(right if left == 1 else left for left, right in zip(a, b, strict=True))


def center__overall_mean(images):
    """You subtracted one number, the mean of all pixels. The mean image has a value of its own for each pixel."""
    return images - images.mean()


def center__mean_of_each_image(images):
    """You subtracted from each image its own mean. The mean image is the mean over the images, axis 0."""
    return images - images.mean((1, 2), keepdim=True)


def center__standardises(images):
    """You also divided by the standard deviation. Only the mean image is to be subtracted."""
    return (images - images.mean(0)) / (images.std(0, unbiased=False) + 1e-8)


def center__returns_mean_image(images):
    """That is the mean image itself. Subtract it from the images."""
    return images.mean(0)


def pairwise_differences__sign_swapped(a, b):
    """The shape is right and the sign is not: it should be a minus b."""
    return b[None, :] - a[:, None]


def pairwise_differences__transposed(a, b):
    """Rows and columns are exchanged: the first index should run through a, the second through b."""
    return a[None, :] - b[:, None]


def pairwise_differences__outer_product(a, b):
    """torch.outer multiplies. The same shape comes from broadcasting a column with a row; then you can subtract."""
    return torch.outer(a, b)


def pairwise_differences__absolute(a, b):
    """You took the absolute value. Differences keep their sign here."""
    return (a[:, None] - b[None, :]).abs()


def pairwise_differences__elementwise(a, b):
    """a - b pairs the elements one by one. For every a with every b, a needs an axis more: make it a column."""
    return a - b


def expand_without_copying__repeats(image, n):
    """`repeat` (like `stack` and `cat`) copies the numbers n times. `expand` only acts as if it did."""
    return image.repeat(n, 1, 1)


def expand_without_copying__axis_last(image, n):
    """You put the new axis last. The result should have the shape (n, h, w)."""
    return image[:, :, None].expand(-1, -1, n)


def expand_without_copying__keeps_one(image, n):
    """The new axis has length 1, whatever n is. `expand` can stretch it to n."""
    return image[None]


def tensor_sharing__copies(array):
    """torch.tensor copies the numbers. Look for the way from numpy to torch that does not."""
    return torch.tensor(array)


def tensor_sharing__float32(array):
    """The dtype changed: torch.Tensor, with a capital T, always makes float32, and has to copy for that."""
    return torch.Tensor(array)


def tensor_copying__shares(array):
    """torch.from_numpy uses the array's own memory, so the tensor changes with the array. Copy the numbers."""
    return torch.from_numpy(array)


def tensor_copying__float32(array):
    """It is a copy, but the dtype changed to float32. Keep the dtype of the array."""
    return torch.from_numpy(array).clone().float()


def _combine(a, b):
    """Two shapes of one length, broadcast."""
    for left, right in zip(a, b, strict=True):
        if left != right and 1 not in (left, right):
            raise ValueError(f"{left} does not go with {right}")
    return tuple(right if left == 1 else left for left, right in zip(a, b, strict=True))


def _right_shape(a, b):
    """The right answer, which some of the mistakes start from."""
    length = max(len(a), len(b))
    return _combine((1,) * (length - len(a)) + a, (1,) * (length - len(b)) + b)
