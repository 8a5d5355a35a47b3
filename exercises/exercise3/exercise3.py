"""Exercise 3: gradients

To learn, a model has to know in which direction to change each of its weights. That is what a gradient says: one
slope for each weight, "if this one grows a little, so much does the loss grow".

First you find slopes in two ways: by trying (move a little, look what happens) and by letting torch work them out.
Then you write the loss of the chapter's model for 3s and 7s, see why accuracy can't take its place, and put the
pieces together in `calc_grad`.

Arguments are never changed: work on a copy where you need one. Float tensors are float32 unless something else is said.
"""

import torch


def numerical_gradient(f, x, h=1e-3):
    """The slope of f for each element of x, found by trying.

    For each element: move it, and only it, forward by h and take (f(x moved) - f(x)) / h. No autograd here; f may even
    have jumps, or give back a plain Python number.

    f: takes a tensor of x's shape and dtype, gives back one number (a 0-d tensor or a float). Hand it a fresh tensor
        that does not require gradients, never x itself.
    x: float32 or float64, any shape, at most 16 elements; it may require gradients.
    Returns a tensor of x's shape and dtype that does not require gradients.

    >>> numerical_gradient(lambda x: (x * x).sum(), torch.tensor([1.0, 2.0], dtype=torch.float64), 0.5)
    tensor([2.5000, 4.5000], dtype=torch.float64)
    """
    raise NotImplementedError


def gradient(f, x):
    """The gradient of f at x, worked out by torch (autograd).

    f: takes a tensor like x, gives back a 0-d tensor.
    x: a float32 tensor of any shape. Afterwards it is as it was before: its values, its `requires_grad` and its `grad`,
        whether it required gradients before or not.
    Returns a tensor of x's shape that does not require gradients; zeros for what f does not use, also if f does not
    use x at all.

    >>> gradient(lambda x: (x * x).sum(), torch.tensor([1.0, 2.0, 3.0]))
    tensor([2., 4., 6.])
    """
    raise NotImplementedError


def sigmoid(x):
    """1 / (1 + e^(-x)) for each element: squashes any number into 0 to 1, large numbers to 1, small ones to 0.

    x: float32 or float64, any shape; its numbers may be huge, or infinite.
    Returns a tensor of x's shape and dtype. It never leaves 0 to 1, is never nan, and never goes down where x goes up.
    Gradients can flow through it: right ones for x from -80 to 80.

    >>> sigmoid(torch.tensor([-1.0, 0.0, 1.0]))
    tensor([0.2689, 0.5000, 0.7311])
    """
    raise NotImplementedError


def mnist_loss(predictions, targets):
    """How far the predictions are from the targets, on average.

    With p = sigmoid(prediction), one image's share is 1 - p where the target is 1, and p where it is 0. The loss is
    the mean of the shares.

    predictions: raw outputs of a model (no sigmoid yet), float32 or float64, shape (n,) or (n, 1), n at least 1.
    targets: the same shape, each 1 (a three) or 0 (a seven), of any dtype, also bool.
    Returns a 0-d tensor of the predictions' dtype. Gradients can flow through it.

    >>> mnist_loss(torch.tensor([2.0, -1.0]), torch.tensor([1, 0]))
    tensor(0.1941)
    """
    raise NotImplementedError


def accuracy_loss(predictions, targets):
    """1 minus the share of right answers. A prediction says "three" where its sigmoid is greater than 0.5.

    predictions, targets: as for mnist_loss; raw outputs, so a prediction of exactly 0 says "seven".
    Returns one number.

    It is small for a good model, like a loss. But change one prediction a little: what happens to it? That is why a
    model can't learn from it.

    >>> float(accuracy_loss(torch.tensor([2.0, -1.0, 0.3, 0.2]), torch.tensor([1, 0, 1, 0])))
    0.25
    """
    raise NotImplementedError


def calc_grad(xb, yb, model):
    """Work out the gradients of one batch: predict, take your `mnist_loss`, go backward.

    xb: a batch of images, one a row; yb: their targets.
    model: anything that can be called: `model(xb)` gives the raw outputs, in the shape of yb. A plain function will do.
    The gradients land in the `grad` of the model's parameters. They are added to what is there: called twice, it gives
    twice the gradient. Nothing has to be returned.

    >>> weights = torch.zeros(2, 1, requires_grad=True)
    >>> calc_grad(torch.tensor([[4.0, 8.0]]), torch.tensor([[1.0]]), lambda xb: xb @ weights)
    >>> weights.grad
    tensor([[-1.],
            [-2.]])
    """
    raise NotImplementedError
