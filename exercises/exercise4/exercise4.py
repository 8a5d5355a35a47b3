"""Exercise 4: the SGD loop

A gradient says in which direction the loss grows. So go the other way, a little, and again, and again: that is gradient
descent. With a few images at a time (a mini-batch) instead of all of them it is called SGD, stochastic gradient
descent.

First you fit a curve with three parameters by hand. Then you make the parts of a training loop: parameters, a linear
model, mini-batches, an optimizer, one epoch of training, and a look at how good the model has become. At the end you
put them together, and train on all 12,396 images of 3s and 7s in MNIST. (For that, run `grade data` once.)

Arguments are never changed: work on a copy where you need one. Only an optimizer, and whoever uses one, changes
parameters. Float tensors are float32 unless something else is said.
"""

import torch
from torch.utils.data import DataLoader


def init_params(size, std=1.0):
    """Random parameters to begin with: normally distributed around 0, with standard deviation `std`.

    size: an int, or a tuple of ints: the shape.
    Returns a float32 tensor of that shape that requires gradients. It is a leaf (`.is_leaf` is True): not the result of
    a computation that torch keeps track of. It draws from torch's global generator, so the same `torch.manual_seed`
    gives the same parameters again. With std 0 they are all zero.

    >>> weights = init_params((2, 3))
    >>> weights.shape, weights.requires_grad, weights.is_leaf
    (torch.Size([2, 3]), True, True)
    """
    raise NotImplementedError


def linear1(xb, weights, bias):
    """The linear model: each row of xb times the weights, plus the bias.

    xb: (n, k), one image a row. weights: (k, m). bias: (m,), or one number as a 0-d tensor.
    Returns (n, m).

    >>> linear1(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[10.0], [1.0]]), torch.tensor([0.5]))
    tensor([[12.5000],
            [34.5000]])
    """
    raise NotImplementedError


def quadratic(t, params):
    """a * t**2 + b * t + c for each element of t.

    t: (n,). params: (3,), which are a, b and c in this order.
    Returns (n,).

    >>> quadratic(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 10.0, 100.0]))
    tensor([100., 111., 124.])
    """
    raise NotImplementedError


def mse(preds, targets):
    """Mean squared error: the mean of the squared differences. No root is taken.

    preds, targets: the same shape.
    Returns a 0-d tensor.

    >>> mse(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 5.0]))
    tensor(4.5000)
    """
    raise NotImplementedError


def fit_quadratic(time, speed, lr, steps, params):
    """Fit `quadratic` to measured speeds by gradient descent.

    One step: the `mse` of `quadratic(time, params)` and speed, its gradient, and then params minus lr times the
    gradient. All measurements are used in every step.

    time, speed: (n,). lr: the learning rate. steps: how many steps, an int; it may be 0.
    params: (3,), where to begin. It stays as it is, whether it requires gradients or not.
    Returns (params, losses): a new tensor (3,) that does not require gradients (with 0 steps a copy of params), and a
    list of `steps` Python floats: the loss of each step, before that step has moved anything.

    >>> fit_quadratic(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 3.0]), 0.5, 1, torch.tensor([0.0, 0.0, 0.0]))
    (tensor([1.5000, 1.5000, 2.0000]), [5.0])
    """
    raise NotImplementedError


def make_dataset(x, y):
    """Put images and targets together in pairs.

    x: (n, k). y: (n, 1).
    Returns something that has a `len` (n), gives the pair of x[i] and y[i] for `dataset[i]`, i from 0, and can be gone
    through from the first pair to the last. A pair is anything that can be written as `xi, yi = pair`.

    >>> dataset = make_dataset(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.0], [1.0]]))
    >>> xi, yi = dataset[1]
    >>> len(dataset), xi, yi
    (2, tensor([3., 4.]), tensor([1.]))
    """
    raise NotImplementedError


def minibatches(x, y, batch_size, shuffle=False, generator=None):
    """Cut a data set into batches, again for every epoch.

    x: (n, k). y: (n, 1). n may be 0: then there are no batches, shuffled or not.
    Returns an object for `for xb, yb in object:`, as often as you like: each time is one epoch, from the beginning,
    also when an earlier one was left in the middle. Its `len` is the number of batches in an epoch. The last batch may
    be shorter than batch_size; it is kept. A batch is a tuple or list of two tensors.

    shuffle=False: in the order of x. shuffle=True: every epoch in a new random order; every image comes once, together
        with its own target.
    generator: a torch.Generator to draw the orders from; None takes torch's global one. The same seed gives the same
        epochs again. If a generator is given, the global one is left alone.
    A batch_size below 1, or x and y of different lengths, raise ValueError: here, or when the first epoch begins.

    >>> batches = minibatches(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[0.0], [1.0], [1.0]]), 2)
    >>> len(batches)
    2
    >>> [xb.tolist() for xb, yb in batches]
    [[[1.0], [2.0]], [[3.0]]]
    """
    raise NotImplementedError


class BasicOptim:
    """The optimizer of SGD: moves parameters against their gradients.

    params: the parameters, leaf tensors that require gradients, in a list or anything else that can be gone through,
        also a generator such as `model.parameters()`. lr: the learning rate.

    >>> p = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> optim = BasicOptim([p], 0.5)
    >>> (3 * p).sum().backward()
    >>> optim.step()
    >>> p
    tensor([-0.5000,  0.5000], requires_grad=True)
    """

    def __init__(self, params, lr):
        raise NotImplementedError

    def step(self):
        """Take lr times the gradient from each parameter, in the tensor itself (it stays the same object, and a leaf).

        A parameter without a gradient (`grad` is None) stays as it is. The gradients stay as they are.
        """
        raise NotImplementedError

    def zero_grad(self):
        """Forget the gradients: afterwards each `grad` is None, or zero everywhere."""
        raise NotImplementedError


def train_epoch(model, dl, loss_func, opt):
    """Train for one epoch: one update of the parameters for each batch, with the gradient of that batch alone.

    model: anything that can be called: `model(xb)` gives predictions. A plain function will do.
    dl: anything that gives batches (xb, yb), also a generator.
    loss_func: `loss_func(preds, targets)` gives the loss, a 0-d tensor.
    opt: one of torch.optim's optimizers, which has the parameters. `opt.step()` moves them, `opt.zero_grad()` forgets
        the gradients.
    What it returns does not matter.

    >>> w = torch.tensor([[0.0]], requires_grad=True)
    >>> batches = [(torch.tensor([[1.0]]), torch.tensor([[2.0]])), (torch.tensor([[2.0]]), torch.tensor([[3.0]]))]
    >>> train_epoch(lambda xb: xb @ w, batches, lambda p, t: ((p - t) ** 2).mean(), torch.optim.SGD([w], lr=0.25))
    >>> w
    tensor([[2.]], requires_grad=True)
    """
    raise NotImplementedError


def batch_accuracy(xb, yb):
    """The share of right answers in a batch. The model says 1 where the sigmoid of its output is greater than 0.5.

    xb: what the model gave, raw outputs (no sigmoid yet), (n, 1). yb: the targets, 0 or 1, (n, 1).
    Returns one number.

    >>> float(batch_accuracy(torch.tensor([[2.0], [-1.0], [0.3], [0.0]]), torch.tensor([[1.0], [0.0], [0.0], [1.0]])))
    0.5
    """
    raise NotImplementedError


def validate_epoch(model, valid_dl):
    """How good a model is: the mean of `batch_accuracy` over all batches, rounded to 4 decimal places.

    model: anything that can be called. valid_dl: anything that gives batches (xb, yb), also a generator.
    Returns a Python float.

    >>> batches = [(torch.tensor([[2.0]]), torch.tensor([[1.0]])), (torch.tensor([[3.0]]), torch.tensor([[0.0]]))]
    >>> validate_epoch(lambda xb: xb - 1, batches)
    0.5
    """
    raise NotImplementedError


def train_3s_and_7s(train_x, train_y, epochs, lr):
    """Train a model that tells threes from sevens.

    train_x: (n, 784), one image a row, from 0 to 1. train_y: (n, 1), 1 for a three and 0 for a seven.
    epochs: how often to go through all images. lr: the learning rate.
    Returns the model: something that can be called with images (m, 784) and gives raw outputs (m, 1), no sigmoid: above
    0 for a three. Which model, loss and batch size you take is up to you; a linear model in batches of 256 will do.

    It is trained on all 12,396 3s and 7s of MNIST with epochs=20 and lr=1.0, and has to be right on at least 96.0 % of
    the 2,038 validation images: once with 1 for a three, and once with 1 for a seven. There are up to five runs, each
    with another `torch.manual_seed`; the second best counts, so one unlucky start does no harm.
    """
    raise NotImplementedError
