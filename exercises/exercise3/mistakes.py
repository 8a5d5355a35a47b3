"""Known wrong solutions of exercise 3, named FUNCTION__misconception; the docstring is the hint a student reads."""

import torch


def sigmoid(x):
    """Right; the mistakes below use it."""
    return 1 / (1 + torch.exp(-x))


def mnist_loss(predictions, targets):
    """Right; the mistakes below use it."""
    p = sigmoid(predictions)
    return torch.where(targets == 1, 1 - p, p).mean()


def _differences(f, x, change, h):
    """(f(changed x) − f(x)) / h per element, where change(x, i) is what is handed to f."""
    start = float(f(x.clone()))
    slopes = [(float(f(change(x, i))) - start) / h for i in range(x.numel())]
    return torch.tensor(slopes, dtype=x.dtype).reshape(x.shape)


def _one_moved(x, i, step):
    moved = x.clone()
    moved.view(-1)[i] += step
    return moved


def numerical_gradient__central_difference(f, x, h=1e-3):
    """It looks as if you step to both sides of x. That is a good method too, but here the step goes forward only:
    compare f with one element moved by h with f at x itself, and divide by h."""
    x = x.detach()
    slopes = [(float(f(_one_moved(x, i, h))) - float(f(_one_moved(x, i, -h)))) / (2 * h) for i in range(x.numel())]
    return torch.tensor(slopes, dtype=x.dtype).reshape(x.shape)


def numerical_gradient__steps_backward(f, x, h=1e-3):
    """It looks as if you step back by h and compare with f at x. Step forward."""
    return _differences(f, x.detach(), lambda x, i: _one_moved(x, i, -h), -h)


def numerical_gradient__swaps_the_difference(f, x, h=1e-3):
    """All signs are the wrong way round. Which value is taken from which: where you went, or where you started?"""
    return -_differences(f, x.detach(), lambda x, i: _one_moved(x, i, h), h)


def numerical_gradient__forgets_to_divide(f, x, h=1e-3):
    """You give how far f moved. A slope is that per step: what is the size of the step?"""
    return _differences(f, x.detach(), lambda x, i: _one_moved(x, i, h), 1.0)


def numerical_gradient__moves_everything(f, x, h=1e-3):
    """It looks as if all elements move at once, so that every slope comes out the same. Move one element at a time."""
    return _differences(f, x.detach(), lambda x, i: x + h, h)


def numerical_gradient__keeps_earlier_steps(f, x, h=1e-3):
    """The first slope is right and the later ones are not: it looks as if the elements moved earlier stay moved.
    Begin with a new copy of x for each element."""
    x = x.detach()
    moved = x.clone()

    def change(x, i):
        moved.view(-1)[i] += h
        return moved

    return _differences(f, x, change, h)


def numerical_gradient__moves_x_itself(f, x, h=1e-3):
    """It looks as if you move the elements of x itself and move them back afterwards. Move those of a copy,
    `x.detach().clone()`: x belongs to whoever called you, and x + h - h is not always exactly x."""
    flat = x.detach().view(-1)
    start = float(f(x.detach()))
    slopes = torch.zeros_like(flat)
    for i in range(len(flat)):
        flat[i] += h
        slopes[i] = (float(f(x.detach())) - start) / h
        flat[i] -= h
    return slopes.reshape(x.shape)


def numerical_gradient__always_float32(f, x, h=1e-3):
    """The result is float32 whatever x is. `torch.tensor` of Python floats gives float32; ask for `dtype=x.dtype`."""
    return _differences(f, x.detach(), lambda x, i: _one_moved(x, i, h), h).float()


def numerical_gradient__flat_result(f, x, h=1e-3):
    """The slopes come out as one flat row. Give them the shape of x."""
    return _differences(f, x.detach(), lambda x, i: _one_moved(x, i, h), h).reshape(-1)


def numerical_gradient__ignores_h(f, x, h=1e-3):
    """It looks as if the step is always 0.001. The step is the argument h."""
    return _differences(f, x.detach(), lambda x, i: _one_moved(x, i, 1e-3), 1e-3)


def numerical_gradient__hands_on_the_gradient(f, x, h=1e-3):
    """If x requires gradients, so does what you hand to f. Start with `x = x.detach()`."""
    flat = [x.clone().reshape(-1) for _ in range(x.numel())]
    slopes = []
    for i, moved in enumerate(flat):
        step = torch.zeros_like(moved)
        step[i] = h
        slopes.append((float(f((moved + step).reshape(x.shape))) - float(f(x.clone()))) / h)
    return torch.tensor(slopes, dtype=x.dtype).reshape(x.shape)


def numerical_gradient__uses_autograd(f, x, h=1e-3):
    """This one is to be found by trying, without `backward()`: f need not be a function that torch can follow."""
    x = x.detach().clone().requires_grad_()
    f(x).backward()
    return x.grad


def gradient__keeps_the_graph(f, x):
    """The values are right, but the result still requires gradients. `create_graph=True` is not needed;
    `.detach()` cuts a tensor off."""
    x = x.detach().clone().requires_grad_()
    y = f(x)
    if not y.requires_grad:
        return torch.zeros_like(x).requires_grad_()
    return torch.autograd.grad(y, x, create_graph=True, materialize_grads=True)[0] + 0 * x


def gradient__leaves_grad_behind(f, x):
    """It looks as if you call `x.requires_grad_()` and `backward()` on x itself. Then x is not as it was: it requires
    gradients, its grad is filled, and a grad that was there is added to. Let a copy of x do that."""
    x.requires_grad_()
    y = f(x)
    if y.requires_grad:
        y.backward()
    return torch.zeros_like(x) if x.grad is None else x.grad.clone()


def gradient__clears_grad(f, x):
    """x.grad is empty afterwards, even if there was something in it. x has to be as it was: let a copy of x do it."""
    needed = x.requires_grad
    x.grad = None
    x.requires_grad_()
    y = f(x)
    if y.requires_grad:
        y.backward()
    slope = torch.zeros_like(x) if x.grad is None else x.grad.clone()
    x.grad = None
    x.requires_grad_(needed)
    return slope.detach()


def gradient__stays_switched_on(f, x):
    """x requires gradients afterwards, although it did not before. Let a copy of x require them."""
    x.requires_grad_()
    y = f(x)
    if not y.requires_grad:
        return torch.zeros_like(x).detach()
    return torch.autograd.grad(y, x, materialize_grads=True)[0]


def gradient__needs_f_to_use_x(f, x):
    """It fails if f does not use x. The slope is zero then: is there a gradient to go back along (`y.requires_grad`),
    and did any of it reach x?"""
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(f(x), x)[0]


def gradient__returns_none(f, x):
    """If f does not use x, `x.grad` stays None. Give back zeros then."""
    x = x.detach().clone().requires_grad_()
    y = f(x)
    if y.requires_grad:
        y.backward()
    return x.grad


def gradient__sums_it_up(f, x):
    """You give one number. There is a slope for each element of x: the result has x's shape."""
    x = x.detach().clone().requires_grad_()
    y = f(x)
    return torch.autograd.grad(y, x, materialize_grads=True)[0].sum() if y.requires_grad else torch.tensor(0.0)


def sigmoid__overflows(x):
    """e^x / (1 + e^x) is the right formula on paper, but for a large x it is inf / inf, which is nan.
    Divide both parts by e^x and look again."""
    return torch.exp(x) / (1 + torch.exp(x))


def sigmoid__forgets_the_minus(x):
    """It goes down where it should go up. Look at the sign in front of x."""
    return 1 / (1 + torch.exp(x))


def sigmoid__forgets_the_brackets(x):
    """It looks as if 1 is divided by 1, and e^(-x) is added afterwards. Brackets around the sum."""
    return 1 / 1 + torch.exp(-x)


def sigmoid__tanh(x):
    """Your curve goes from -1 to 1 (or has the slope of one that does). A sigmoid goes from 0 to 1, and is 0.5 at 0."""
    return torch.tanh(x)


def sigmoid__softmax(x):
    """Your results add up to 1. That is a softmax; a sigmoid looks at each element alone."""
    return torch.softmax(x.reshape(-1), 0).reshape(x.shape)


def sigmoid__clamps(x):
    """It looks as if x is cut off before e^(-x) is taken. Beyond the cut the curve is flat and has no slope."""
    return 1 / (1 + torch.exp(-x.clamp(-10, 10)))


def sigmoid__cuts_the_graph(x):
    """The values are right, but no gradient can flow through: `detach()`, `.data`, numpy and `item()` cut it off."""
    return 1 / (1 + torch.exp(-x.detach()))


def sigmoid__no_slope_at_zero(x):
    """The values are right, but at exactly 0 the slope comes out as 0. `abs()` has no slope there, and torch takes 0:
    find a form without it."""
    small = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + small), small / (1 + small))


def mnist_loss__forgets_the_sigmoid(predictions, targets):
    """It looks as if you take the raw outputs as they are. Squash them into 0 to 1 first."""
    return torch.where(targets == 1, 1 - predictions, predictions).mean()


def mnist_loss__swaps_the_classes(predictions, targets):
    """It is large for good predictions. Which is far from right for a target of 1: p or 1 - p?"""
    p = sigmoid(predictions)
    return torch.where(targets == 1, p, 1 - p).mean()


def mnist_loss__sums(predictions, targets):
    """It grows with the number of images: it looks like a sum. Take the mean."""
    p = sigmoid(predictions)
    return torch.where(targets == 1, 1 - p, p).sum()


def mnist_loss__per_image(predictions, targets):
    """There is one number for each image. The loss is one number: their mean."""
    p = sigmoid(predictions)
    return torch.where(targets == 1, 1 - p, p)


def mnist_loss__cross_entropy(predictions, targets):
    """This looks like binary cross-entropy, with a logarithm. The chapter's loss for 3s and 7s is plainer: the mean of
    1 - p or p."""
    p = sigmoid(predictions)
    return -torch.where(targets == 1, p, 1 - p).log().mean()


def mnist_loss__squares(predictions, targets):
    """It looks as if the distances are squared. Take their mean as they are."""
    p = sigmoid(predictions)
    return ((p - (targets == 1).to(p.dtype)) ** 2).mean()


def mnist_loss__counts_mistakes(predictions, targets):
    """It looks as if you count wrong answers. That is accuracy; it has no slope to go down. Use p itself."""
    return 1 - ((sigmoid(predictions) > 0.5) == (targets == 1)).to(predictions.dtype).mean()


def mnist_loss__sigmoid_twice(predictions, targets):
    """It looks as if the sigmoid is taken twice. Once is enough."""
    p = sigmoid(sigmoid(predictions))
    return torch.where(targets == 1, 1 - p, p).mean()


def mnist_loss__bool_targets_only(predictions, targets):
    """`torch.where` takes a condition, which is True or False; targets may be numbers. Compare: `targets == 1`."""
    p = sigmoid(predictions)
    return torch.where(targets, 1 - p, p).mean()


def mnist_loss__always_float32(predictions, targets):
    """The result is float32 also where the predictions are float64. Leave out the `.float()`."""
    p = sigmoid(predictions).float()
    return torch.where(targets == 1, 1 - p, p).mean()


def accuracy_loss__returns_accuracy(predictions, targets):
    """It is large for a good model: that is the accuracy itself. A loss is small then: take it from 1."""
    return ((sigmoid(predictions) > 0.5) == (targets == 1)).float().mean()


def accuracy_loss__raw_threshold(predictions, targets):
    """It looks as if the raw outputs are compared with 0.5. Take the sigmoid first: it is 0.5 where the output is 0."""
    return 1 - ((predictions > 0.5) == (targets == 1)).float().mean()


def accuracy_loss__ties_are_threes(predictions, targets):
    """A sigmoid of exactly 0.5 is not greater than 0.5: use > and not >=, and don't round."""
    return 1 - ((sigmoid(predictions) >= 0.5) == (targets == 1)).float().mean()


def accuracy_loss__counts(predictions, targets):
    """You give the number of wrong answers. Their share is asked for: divide by how many there are."""
    return ((sigmoid(predictions) > 0.5) != (targets == 1)).float().sum()


def accuracy_loss__is_mnist_loss(predictions, targets):
    """This changes with every small change of a prediction: it looks like mnist_loss. Count right and wrong answers."""
    return mnist_loss(predictions, targets)


def calc_grad__forgets_backward(xb, yb, model):
    """The gradients are as they were before: the loss alone does not fill them. Go backward."""
    return mnist_loss(model(xb), yb)


def calc_grad__zeroes_first(xb, yb, model):
    """It looks as if the gradients are cleared. calc_grad adds to them; clearing is the training loop's job."""
    loss = mnist_loss(model(xb), yb)
    for leaf in _leaves(loss.grad_fn):
        leaf.grad = None
    loss.backward()


def calc_grad__sums_over_the_batch(xb, yb, model):
    """The gradients are too large by the number of images: it looks as if the loss is a sum. Use your mnist_loss."""
    (mnist_loss(model(xb), yb) * len(xb)).backward()


def calc_grad__sigmoid_twice(xb, yb, model):
    """It looks as if the sigmoid is taken before mnist_loss, which takes it again. Hand over the raw outputs."""
    mnist_loss(sigmoid(model(xb)), yb).backward()


def calc_grad__swaps_the_arguments(xb, yb, model):
    """It looks as if mnist_loss gets the targets first. Its order is predictions, targets."""
    mnist_loss(yb.float(), model(xb)).backward()


def calc_grad__predicts_from_the_targets(xb, yb, model):
    """The model is called on yb. Those are the answers; the images are xb."""
    mnist_loss(model(yb), yb).backward()


def calc_grad__also_steps(xb, yb, model):
    """The weights have changed. calc_grad only works out the gradients; the step comes later, in the training loop."""
    loss = mnist_loss(model(xb), yb)
    loss.backward()
    for leaf in _leaves(loss.grad_fn):
        leaf.data -= leaf.grad


def calc_grad__climbs(xb, yb, model):
    """All signs are the wrong way round. Take the gradient of the loss, not of minus the loss."""
    (-mnist_loss(model(xb), yb)).backward()


def _leaves(node):
    """The parameters that a graph leads back to."""
    if node is None:
        return []
    if hasattr(node, "variable"):
        return [node.variable]
    return [leaf for following, _ in node.next_functions for leaf in _leaves(following)]
