"""Known wrong solutions of exercise 8, named FUNCTION__misconception; the docstring is the hint a student reads.

None for train_segmenter: what a training lacks does not show in its answers.
"""
# ruff: noqa: B905 - short as students write it

import torch


def runs_of(line):
    """(first position from 1, length) of each run of ones in a list."""
    found = []
    for place, pixel in enumerate(line, start=1):
        if pixel and place > 1 and line[place - 2]:
            found[-1][1] += 1
        elif pixel:
            found.append([place, 1])
    return found


def text_of(runs):
    return " ".join(f"{start} {length}" for start, length in runs)


def columns_of(mask):
    return mask.T.flatten().int().tolist()


# --- rle_encode ---


def rle_encode__along_the_rows(mask):
    """It goes along the rows. Kaggle numbers the pixels down the columns: turn the mask first."""
    return text_of(runs_of(mask.flatten().int().tolist()))


def rle_encode__from_zero(mask):
    """Your starts are one too small: the first pixel has the number 1, not 0."""
    return text_of([(start - 1, length) for start, length in runs_of(columns_of(mask))])


def rle_encode__start_and_end(mask):
    """The second number of each pair should be how long the run is. Yours says where it ends."""
    return text_of([(start, start + length - 1) for start, length in runs_of(columns_of(mask))])


def rle_encode__start_and_behind_the_end(mask):
    """The second number of each pair should be how long the run is. Yours is the first pixel behind it."""
    return text_of([(start, start + length) for start, length in runs_of(columns_of(mask))])


def rle_encode__breaks_at_columns(mask):
    """A run that reaches the bottom of a column and goes on at the top of the next is one run. You write two."""
    h = mask.shape[0]
    columns = [runs_of(column) for column in mask.T.int().tolist()]
    return text_of([(start + h * i, length) for i, runs in enumerate(columns) for start, length in runs])


def rle_encode__loses_the_last_run(mask):
    """A run that reaches the last pixel is missing. Nothing comes behind it that could end it: put a 0 there."""
    line = columns_of(mask)
    runs = runs_of(line)
    return text_of(runs[:-1] if line[-1] else runs)


def rle_encode__loses_the_first_run(mask):
    """A run that begins with the very first pixel is missing. Nothing comes before it: put a 0 there."""
    line = columns_of(mask)
    runs = runs_of(line)
    return text_of(runs[1:] if line[0] else runs)


def rle_encode__single_pixels(mask):
    """You write each pixel as a run of its own. Pixels that follow each other are one run."""
    return text_of([(place, 1) for place, pixel in enumerate(columns_of(mask), start=1) if pixel])


def rle_encode__with_commas(mask):
    """The numbers should be parted by single spaces, without commas or brackets."""
    return ", ".join(f"{start} {length}" for start, length in runs_of(columns_of(mask)))


def rle_encode__gives_a_list(mask):
    """You give back a list. Join the numbers to one string: `" ".join(str(number) for number in numbers)`."""
    return [number for run in runs_of(columns_of(mask)) for number in run]


def rle_encode__none_for_empty(mask):
    """For a mask without ones you give no string. Give the empty one, ""."""
    return text_of(runs_of(columns_of(mask))) or None


# --- rle_decode ---


def decoded(text, shape, shift=0, extra=0, rows=False, count=None, write=None):
    """The right decoder, with parts of it exchanged."""
    h, w = shape
    line = torch.zeros(h * w, dtype=torch.uint8)
    numbers = [int(word) for word in (text if isinstance(text, str) else "").split()]
    if len(numbers) % 2 and count is None:
        raise ValueError("an odd count of numbers")
    for start, length in zip(numbers[::2], numbers[1::2]):
        first = start - 1 + shift
        if write is None:
            if start < 1 or length < 1 or start + length - 1 > h * w or line[start - 1 : start - 1 + length].any():
                raise ValueError("a run that does not fit")
            line[max(0, first) : max(0, first + length + extra)] = 1
        else:
            write(line, first, length)
    return line.reshape(h, w) if rows else line.reshape(w, h).T.contiguous()


def rle_decode__along_the_rows(text, shape):
    """It fills the rows. The pixels are numbered down the columns: reshape to (w, h), then turn it."""
    return decoded(text, shape, rows=True)


def rle_decode__turned(text, shape):
    """The mask comes out lying on its side: (w, h) where (h, w) is asked for. One `.T` is missing."""
    return decoded(text, shape).T.contiguous()


def rle_decode__off_by_one(text, shape):
    """Everything is one pixel too far down. The first pixel has the number 1; in Python it is 0."""
    return decoded(text, shape, shift=1)


def rle_decode__one_too_short(text, shape):
    """Your runs end one pixel early. A slice ends before its second number, not with it."""
    return decoded(text, shape, extra=-1)


def rle_decode__one_too_long(text, shape):
    """Your runs end one pixel late. A slice of `length` pixels ends at its beginning plus length."""
    return decoded(text, shape, extra=1)


def rle_decode__only_starts(text, shape):
    """Only the first pixel of each run is filled. The second number says how many."""
    h, w = shape
    mask = decoded(text, shape).T.flatten()
    mask[1:] *= 1 - mask[:-1].clone()
    return mask.reshape(w, h).T.contiguous()


def rle_decode__bool(text, shape):
    """The pixels are right, but the mask is bool. uint8 is asked for."""
    return decoded(text, shape).bool()


def rle_decode__float(text, shape):
    """The pixels are right, but the mask is of floats. uint8 is asked for: `dtype=torch.uint8`."""
    return decoded(text, shape).float()


def rle_decode__255(text, shape):
    """You fill in 255, as in an image file. In a mask salt is 1."""
    return decoded(text, shape) * 255


def rle_decode__none_is_no_text(text, shape):
    """`None.split()` does not exist, and nan has no `split` either. Look for them first: `if text is None or text !=
    text` finds both."""
    text.split()
    return decoded(text, shape)


def rle_decode__gives_none_for_none(text, shape):
    """For None and nan you give back None. They stand for a mask of zeros."""
    return decoded(text, shape) if isinstance(text, str) else None


def rle_decode__drops_the_odd_one(text, shape):
    """`zip` throws the last number away when it has no partner. An odd count of numbers should raise ValueError."""
    return decoded(text, shape, count="any")


def rle_decode__cuts_off(text, shape):
    """A slice that goes beyond the end, or begins below 0, is cut without a word. Look at start and length before, and
    raise ValueError."""

    def write(line, first, length):
        if line[max(0, first) : max(0, first + length)].any():
            raise ValueError("an overlap")
        line[max(0, first) : max(0, first + length)] = 1

    return decoded(text, shape, write=write)


def rle_decode__overlaps_are_fine(text, shape):
    """Runs that overlap are written over each other. They should raise ValueError: look whether ones are there before
    you write."""

    def write(line, first, length):
        if first < 0 or length < 1 or first + length > len(line):
            raise ValueError("a run that leaves the mask")
        line[first : first + length] = 1

    return decoded(text, shape, write=write)


def rle_decode__zeros_for_nonsense(text, shape):
    """Where the text makes no sense you give a mask back. Let the ValueError go through, or raise one."""
    try:
        return decoded(text, shape)
    except ValueError:
        return torch.zeros(shape, dtype=torch.uint8)


def rle_decode__asserts(text, shape):
    """`assert` raises AssertionError. Raise ValueError, which is for values that make no sense."""
    try:
        return decoded(text, shape)
    except ValueError as error:
        raise AssertionError(str(error)) from None


# --- iou ---


def overlap(pred, target):
    pred, target = pred.bool(), target.bool()
    either = (pred | target).sum().item()
    return (pred & target).sum().item() / either if either else 1.0


def parts(pred, target):
    """Numbers of pixels: in both, in pred, in target."""
    pred, target = pred.bool(), target.bool()
    return (pred & target).sum().item(), pred.sum().item(), target.sum().item()


def iou__is_dice(pred, target):
    """This is the Dice coefficient, twice the common pixels divided by the sum of both masks. For IoU the common ones
    are not doubled, and are counted only once below."""
    both, first, second = parts(pred, target)
    return 2 * both / (first + second) if first + second else 1.0


def iou__empty_is_zero(pred, target):
    """Two empty masks agree in everything: 1.0, not 0."""
    return overlap(pred, target) if pred.any() or target.any() else 0.0


def iou__empty_is_nan(pred, target):
    """For two empty masks you divide 0 by 0, which is nan. Give 1.0."""
    return overlap(pred, target) if pred.any() or target.any() else float("nan")


def iou__divides_by_the_target(pred, target):
    """You divide by the pixels of the target. Divide by those that at least one of the masks has."""
    both, first, second = parts(pred, target)
    return both / second if second else float(not first)


def iou__divides_by_the_prediction(pred, target):
    """You divide by the pixels of pred. Divide by those that at least one of the masks has."""
    both, first, second = parts(pred, target)
    return both / first if first else float(not second)


def iou__divides_by_the_sum(pred, target):
    """Pixels that both masks have are counted twice below the line. The union counts them once."""
    both, first, second = parts(pred, target)
    return both / (first + second) if first + second else 1.0


def iou__counts_the_rest_too(pred, target):
    """You give the share of pixels on which the masks agree. Pixels that are 0 in both do not count for IoU."""
    return (pred.bool() == target.bool()).float().mean()


def iou__one_for_an_empty_target(pred, target):
    """If only the target is empty, you give 1.0. The 1.0 is for two empty masks; here nothing agrees."""
    return overlap(pred, target) if target.any() else 1.0


# --- salt_score ---


def scored(preds, targets, thresholds=range(10, 20), measure=overlap, empty=None):
    """Each image's score, with parts of the working exchanged."""
    found = []
    for pred, target in zip(preds, targets):
        if empty is not None and not target.any():
            found.append(empty(pred))
        else:
            value = measure(pred, target)
            found.append(sum(value > k / 20 for k in thresholds) / len(thresholds))
    return found


def mean(found):
    return sum(found) / len(found)


def salt_score__mean_iou(preds, targets):
    """You average the IoUs themselves. An image's score is the share of the ten thresholds that its IoU exceeds."""
    return mean([overlap(pred, target) for pred, target in zip(preds, targets)])


def salt_score__up_to_one(preds, targets):
    """Your thresholds go up to 1.00, which no IoU exceeds. The last one is 0.95: there are ten."""
    return mean(scored(preds, targets, range(10, 21)))


def salt_score__stops_at_90(preds, targets):
    """Your last threshold is 0.90: the end of a range does not belong to it. 0.95 is missing."""
    return mean(scored(preds, targets, range(10, 19)))


def salt_score__begins_at_55(preds, targets):
    """Your first threshold is 0.55. It begins with 0.50."""
    return mean(scored(preds, targets, range(11, 20)))


def salt_score__steps_of_a_tenth(preds, targets):
    """Your thresholds are 0.1 apart. They are 0.05 apart, ten of them from 0.50 to 0.95."""
    return mean(scored(preds, targets, range(10, 20, 2)))


def salt_score__all_from_zero(preds, targets):
    """Your thresholds begin near 0. They begin with 0.50: an IoU below that is worth nothing."""
    return mean(scored(preds, targets, range(20)))


def salt_score__one_threshold(preds, targets):
    """You look at the threshold 0.50 alone. There are nine more, up to 0.95."""
    return mean(scored(preds, targets, [10]))


def salt_score__pools_the_pixels(preds, targets):
    """You take one IoU over all images. Take one for each image, then the mean of their scores."""
    return mean(scored([preds], [targets]))


def salt_score__thresholds_of_the_mean(preds, targets):
    """You average the IoUs first and compare with the thresholds afterwards. Compare for each image, then average."""
    average = mean([overlap(pred, target) for pred, target in zip(preds, targets)])
    return sum(average > k / 20 for k in range(10, 20)) / 10


def salt_score__sums(preds, targets):
    """Your score grows with the number of images: divide the sum by it."""
    return sum(scored(preds, targets))


def salt_score__percent(preds, targets):
    """Your score goes up to 100. It should go up to 1."""
    return 100 * mean(scored(preds, targets))


def salt_score__dice(preds, targets):
    """It looks as if Dice is compared with the thresholds. It is the IoU that counts."""
    return mean(scored(preds, targets, measure=iou__is_dice))


def salt_score__empty_is_zero(preds, targets):
    """An image without salt for which nothing was predicted is right: 1. You give 0."""
    return mean(scored(preds, targets, empty=lambda pred: 0.0))


def salt_score__empty_is_one(preds, targets):
    """An image without salt gets 1 from you whatever was predicted. If pred has a pixel of salt, it is 0."""
    return mean(scored(preds, targets, empty=lambda pred: 1.0))


def salt_score__forgives_a_few_pixels(preds, targets):
    """For an image without salt you count how much of pred is empty. A single pixel of salt makes it 0."""
    return mean(scored(preds, targets, empty=lambda pred: 1 - pred.float().mean().item()))


def salt_score__leaves_out_the_empty(preds, targets):
    """Images without salt count too: 1 if pred is empty, else 0."""
    found = scored(*zip(*[pair for pair in zip(preds, targets) if pair[1].any()] or [((), ())]))
    return mean(found) if found else 0.0


def salt_score__first_axis_only(preds, targets):
    """For masks of shape (n, 1, h, w) you give something else than for (n, h, w). Take whole images, both times."""
    if preds.dim() == 4:
        preds, targets = preds[:, 0].flatten(0, 1), targets[:, 0].flatten(0, 1)
    return mean(scored(preds, targets))
