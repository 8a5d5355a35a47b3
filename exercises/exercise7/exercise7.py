"""Exercise 7: by hand against the library

torch already has nearly everything the chapter writes by hand. So write it by hand once more, put the library's
function beside each of yours, and let a table say whether they do the same.

A table like that needs two numbers. The correlation says whether one side goes up and down as the other does: 1.0 means
"just the same, up to a factor and a shift". That is why it is not enough, and the second number is the largest
difference between the two.

Arguments are never changed. Tensors are float32 unless something else is said.
"""

import torch

# Each entry of PAIRS is (name, own, library): two functions that are called in the same way and give the same.
# `own` is written by you with plain arithmetic, exp, log, max, clamp, tanh and the like, without torch's function,
# module or method of that name. `library` may use all of torch. These seven have to be there, under these names:
#
# name             called with           gives
# "l1"             a, b                  mean of the absolute differences, over everything: one number
# "rmse"           a, b                  root of the mean of the squared differences, over everything: one number
# "sigmoid"        x                     1 / (1 + e^(-x)) for each element
# "relu"           x                     x where it is positive, else 0, for each element
# "linear"         x, w, b               x @ w + b, with x (n, k), w (k, m), b (m,); torch's own wants w the other way
# "cross_entropy"  logits, labels        mean over the rows of -log(softmax of the row, at its label): one number
# "sgd_step"       params, grads, lr     a new list: for each parameter p and its gradient g, p - lr * g
#
# a and b have one shape. logits is (n, classes), labels is int64, (n,). params and grads are lists of tensors, lr is a
# float; the tensors of the result are new ones. sigmoid and cross_entropy stay right for numbers up to 10000 and down
# to -10000. You may add more pairs.
PAIRS = [
    # ("square", lambda x: x * x, torch.square) is what a pair looks like
]


def correlation_table(pairs, inputs):
    """Call both sides of each pair with the same arguments, and compare what comes back.

    pairs: a list like PAIRS.
    inputs: a dict; inputs[name] is a list of tuples, each the arguments of one call: own(*arguments). Names that are in
        no pair are left alone.
    Returns a list with a dict for each pair, in the order of the pairs:
        "name": the pair's name
        "correlation": Pearson's correlation of the two sides, worked out in float64. The outputs of all calls are
            flattened and joined first, so that each side is one long row of numbers. If all values of a side are
            exactly equal, there is no such number: then it is 1.0 where the two sides are equal within 1e-6, else 0.0.
        "max_abs_difference": the largest absolute difference between the two rows
        "agrees": True if that is at most 1e-4
    An output is a tensor, a Python number (which counts as a 0-d tensor), or a list or tuple of tensors. If in any call
    the shapes of the two sides differ, "agrees" is False and both numbers are nan.

    >>> double = ("double", lambda x: x + x, lambda x: x * 2.001)
    >>> row = correlation_table([double], {"double": [(torch.tensor([1.0, 2.0]),), (3.0,)]})[0]
    >>> round(float(row["correlation"]), 4), round(float(row["max_abs_difference"]), 4), bool(row["agrees"])
    (1.0, 0.003, False)
    """
    raise NotImplementedError
