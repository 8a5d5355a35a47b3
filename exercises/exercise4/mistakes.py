"""Known wrong solutions of exercise 4, named NAME__misconception; the docstring is the hint a student reads."""

# ruff: noqa: N801  # a class bears its mistake's name

import torch


def quadratic(t, params):
    """Right; the mistakes below use it."""
    a, b, c = params
    return a * t**2 + b * t + c


def mse(preds, targets):
    """Right; the mistakes below use it."""
    return ((preds - targets) ** 2).mean()


def batch_accuracy(xb, yb):
    """Right; the mistakes below use it."""
    return ((torch.sigmoid(xb) > 0.5) == (yb == 1)).float().mean()


def init_params__is_no_leaf(size, std=1.0):
    """The multiplication comes after the tensor was told to require gradients, so that the result is no leaf: its
    `grad` would stay None. Multiply first, then `requires_grad_()`."""
    return torch.randn(size, requires_grad=True) * std


def init_params__requires_no_gradient(size, std=1.0):
    """The numbers are right, but nothing can be learned: tell the tensor that it requires gradients."""
    return torch.randn(size) * std


def init_params__ignores_std(size, std=1.0):
    """It looks as if `std` is not used: the numbers always have a standard deviation of 1. Multiply by it."""
    return torch.randn(size).requires_grad_()


def init_params__uniform(size, std=1.0):
    """It looks as if the numbers come from `torch.rand`: evenly from 0 to 1, none below 0. Normal numbers come from
    another function of nearly that name."""
    return (torch.rand(size) * std).requires_grad_()


def init_params__takes_std_for_the_variance(size, std=1.0):
    """It looks as if you multiply by the root of `std`. It is the standard deviation already, not the variance."""
    return (torch.randn(size) * std**0.5).requires_grad_()


def init_params__adds_std(size, std=1.0):
    """It looks as if `std` is added. That moves the numbers; to spread them, multiply."""
    return (torch.randn(size) + std).requires_grad_()


def init_params__sets_its_own_seed(size, std=1.0):
    """It gives the same numbers whatever the seed was: it looks as if you call `torch.manual_seed` inside. Leave seeds
    to whoever calls you."""
    torch.manual_seed(42)
    return (torch.randn(size) * std).requires_grad_()


def init_params__all_zero(size, std=1.0):
    """All numbers are zero. Parameters should begin at random: `torch.randn`."""
    return torch.zeros(size, requires_grad=True)


def linear1__forgets_the_bias(xb, weights, bias):
    """It looks as if the bias is not added. Each row of the result needs it."""
    return xb @ weights


def linear1__multiplies_elementwise(xb, weights, bias):
    """`*` multiplies element by element. A row of xb times a column of weights, summed up, is `@`."""
    return xb * weights + bias


def linear1__swaps_the_factors(xb, weights, bias):
    """The order matters for `@`: (n, k) @ (k, m) gives (n, m). Which one comes first?"""
    return weights @ xb + bias


def linear1__takes_the_sigmoid(xb, weights, bias):
    """It looks as if a sigmoid is taken. A linear model gives raw outputs; the sigmoid belongs to the loss."""
    return torch.sigmoid(xb @ weights + bias)


def quadratic__params_the_other_way_round(t, params):
    """It looks as if params are read from the wrong end. The first goes with t**2, the last stands alone."""
    c, b, a = params
    return a * t**2 + b * t + c


def quadratic__forgets_c(t, params):
    """It looks as if the last of the three parameters is left out."""
    a, b, _ = params
    return a * t**2 + b * t


def quadratic__squares_the_product(t, params):
    """It looks as if a * t is squared. Only t is: `a * t**2`."""
    a, b, c = params
    return (a * t) ** 2 + b * t + c


def quadratic__doubles_instead_of_squaring(t, params):
    """`t * 2` is twice t. The square is `t ** 2`."""
    a, b, c = params
    return a * (t * 2) + b * t + c


def mse__takes_the_root(preds, targets):
    """It looks as if you take the root at the end: that is the RMSE. The MSE is without it."""
    return ((preds - targets) ** 2).mean().sqrt()


def mse__sums(preds, targets):
    """It grows with the number of elements: it looks like a sum. Take the mean."""
    return ((preds - targets) ** 2).sum()


def mse__takes_absolute_values(preds, targets):
    """It looks as if you take absolute values instead of squares. That is the L1 loss."""
    return (preds - targets).abs().mean()


def mse__squares_the_mean(preds, targets):
    """It looks as if you take the mean first and square it then. Errors of opposite signs cancel so. Square first."""
    return (preds - targets).mean() ** 2


def mse__one_for_each(preds, targets):
    """There is one number for each element. The error is one number: their mean."""
    return (preds - targets) ** 2


def _fit(time, speed, lr, steps, params, *, clear=True, sign=-1.0, error=mse, note=lambda before, after: before):
    params = params.detach().clone().requires_grad_()
    losses = []
    for _ in range(steps):
        loss = error(quadratic(time, params), speed)
        loss.backward()
        with torch.no_grad():
            params += sign * lr * params.grad
            losses.append(note(loss, error(quadratic(time, params), speed)).item())
        if clear:
            params.grad = None
    return params.detach(), losses


def fit_quadratic__never_clears_the_gradient(time, speed, lr, steps, params):
    """The first step is right and the later ones are too large: `backward` adds to the gradient that is there. Set it
    to None before the next step."""
    return _fit(time, speed, lr, steps, params, clear=False)


def fit_quadratic__climbs(time, speed, lr, steps, params):
    """It goes the wrong way: the gradient shows where the loss grows. Take lr times the gradient away from params."""
    return _fit(time, speed, lr, steps, params, sign=1.0)


def fit_quadratic__notes_the_loss_after_the_step(time, speed, lr, steps, params):
    """The params are right, and each loss is the one that comes after it: you note the loss after the step. Note it
    before anything has moved."""
    return _fit(time, speed, lr, steps, params, note=lambda before, after: after)


def fit_quadratic__ignores_lr(time, speed, lr, steps, params):
    """It looks as if lr is not used: the step is the whole gradient."""
    return _fit(time, speed, 1.0, steps, params)


def fit_quadratic__takes_the_root(time, speed, lr, steps, params):
    """It looks as if you go down the root of the mse (older editions of the chapter do). Here it is the mse itself."""
    return _fit(time, speed, lr, steps, params, error=lambda p, t: mse(p, t).sqrt())


def fit_quadratic__keeps_tensors_as_losses(time, speed, lr, steps, params):
    """The losses are tensors. A list of plain Python floats is asked for: `.item()`."""
    fitted, losses = _fit(time, speed, lr, steps, params)
    return fitted, [torch.tensor(loss) for loss in losses]


def fit_quadratic__one_loss_too_many(time, speed, lr, steps, params):
    """There is one loss more than steps: the one after the last step is not asked for."""
    fitted, losses = _fit(time, speed, lr, steps, params)
    return fitted, [*losses, mse(quadratic(time, fitted), speed).item()]


def fit_quadratic__still_requires_gradients(time, speed, lr, steps, params):
    """The params you give back still require gradients. Detach them at the end."""
    fitted, losses = _fit(time, speed, lr, steps, params)
    return fitted.requires_grad_(), losses


def fit_quadratic__moves_the_argument(time, speed, lr, steps, params):
    """The params that came in have moved. `detach()` alone shares their memory: `detach().clone()` is a copy."""
    fitted, losses = _fit(time, speed, lr, steps, params)
    params.data.copy_(fitted)
    return params.detach(), losses


def make_dataset__zip_alone(x, y):
    """A `zip` has no len and no index, and can be gone through only once. Make a list of it."""
    return zip(x, y)  # noqa: B905  # as students write it


def make_dataset__two_tensors(x, y):
    """You give back x and y side by side: its len is 2. Pairs are asked for: x[0] with y[0], x[1] with y[1], …"""
    return x, y


def make_dataset__swaps_the_pair(x, y):
    """The target comes first in your pairs. The image comes first."""
    return list(zip(y, x))  # noqa: B905


def make_dataset__glues_them_together(x, y):
    """It looks as if image and target are one row of numbers. A pair has two parts: the image, and its target."""
    return torch.cat([x, y], 1)


def make_dataset__targets_as_numbers(x, y):
    """The targets in your pairs are plain numbers. They should be the rows of y, as they are."""
    return [(x[i], y[i].item()) for i in range(len(x))]


class _Batches:
    """Right in every way but the one that a subclass changes."""

    def __init__(self, x, y, batch_size, shuffle=False, generator=None):
        if batch_size < 1 or len(x) != len(y):
            raise ValueError("batch_size below 1, or unequal lengths")
        self.x, self.y, self.batch_size, self.shuffle, self.generator = x, y, batch_size, shuffle, generator

    def __len__(self):
        return -(-len(self.x) // self.batch_size)

    def order(self):
        n = len(self.x)
        return torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)

    def starts(self):
        return range(0, len(self.x), self.batch_size)

    def __iter__(self):
        order = self.order()
        for start in self.starts():
            chosen = order[start : start + self.batch_size]
            yield self.x[chosen], self.y[chosen]


class minibatches__drops_the_last_batch(_Batches):
    """The last images are missing where they do not fill a batch. Keep the short one: a slice may go beyond the end."""

    def starts(self):
        return range(0, len(self.x) - self.batch_size + 1, self.batch_size)

    def __len__(self):
        return len(self.x) // self.batch_size


class minibatches__len_rounds_down(_Batches):
    """The batches are right, but len does not count the short one at the end. Round up."""

    def __len__(self):
        return len(self.x) // self.batch_size


class minibatches__len_counts_images(_Batches):
    """Its len is the number of images. It should be the number of batches."""

    def __len__(self):
        return len(self.x)


def minibatches__can_be_used_once(x, y, batch_size, shuffle=False, generator=None):
    """It looks like a generator (a function with `yield`), or an iterator: the second epoch finds it used up, and it
    has no len. Return an object whose `__iter__` begins anew each time, or a list or DataLoader where that will do."""
    return iter(_Batches(x, y, batch_size, shuffle, generator))


def minibatches__one_order_for_all_epochs(x, y, batch_size, shuffle=False, generator=None):
    """Every epoch comes in the same order: it looks as if it is drawn once, at the beginning. Draw a new one in each
    `__iter__`."""
    return list(_Batches(x, y, batch_size, shuffle, generator))


class minibatches__pairs_come_apart(_Batches):
    """The images no longer have their own targets: it looks as if x and y are shuffled each on its own. Draw one order
    and use it for both."""

    def __iter__(self):
        first, second = self.order(), self.order()
        for start in self.starts():
            yield self.x[first[start : start + self.batch_size]], self.y[second[start : start + self.batch_size]]


class minibatches__ignores_the_generator(_Batches):
    """It looks as if the generator is not used: hand it on, `torch.randperm(n, generator=generator)`."""

    def order(self):
        return torch.randperm(len(self.x)) if self.shuffle else torch.arange(len(self.x))


class minibatches__sets_a_seed(_Batches):
    """It looks as if you set a seed of your own in every epoch. Draw from the generator, or from torch's global one."""

    def order(self):
        torch.manual_seed(0)
        return torch.randperm(len(self.x)) if self.shuffle else torch.arange(len(self.x))


class minibatches__draws_with_repeats(_Batches):
    """Some images come twice and others never: it looks as if they are drawn at random each time, as with `randint`.
    Put all of them in a random order instead, a permutation."""

    def order(self):
        n = len(self.x)
        return torch.randint(n, (n,), generator=self.generator) if self.shuffle and n else torch.arange(n)


class minibatches__always_shuffles(_Batches):
    """It shuffles although shuffle is False. Then the order is that of x."""

    def order(self):
        return torch.randperm(len(self.x), generator=self.generator)


class minibatches__never_shuffles(_Batches):
    """It looks as if `shuffle` is not used: the order is always that of x."""

    def order(self):
        return torch.arange(len(self.x))


class minibatches__shuffles_the_batches(_Batches):
    """It looks as if only the batches come in a new order, each with the same images as before. Shuffle the images,
    then cut."""

    def __iter__(self):
        starts = list(self.starts())
        order = torch.randperm(len(starts), generator=self.generator) if self.shuffle else torch.arange(len(starts))
        for place in order.tolist():
            yield self.x[starts[place] :][: self.batch_size], self.y[starts[place] :][: self.batch_size]


class minibatches__goes_on_where_it_was_left(_Batches):
    """After an epoch that was left early, the next one does not begin at the beginning: it looks as if the place is
    kept in the object. Set it back in `__iter__`, or write `__iter__` with `yield`."""

    here = None

    def __iter__(self):
        self.here = self.here or super().__iter__()
        return self

    def __next__(self):
        batch = next(self.here, None)
        if batch is None:
            self.here = None
            raise StopIteration
        return batch


class minibatches__checks_nothing(_Batches):
    """A batch_size below 1, or x and y of different lengths, should raise ValueError. Look at them first."""

    def __init__(self, x, y, batch_size, shuffle=False, generator=None):
        self.x, self.y, self.batch_size, self.shuffle, self.generator = x, y, batch_size or 1, shuffle, generator


def minibatches__dataloader_of_no_images(x, y, batch_size, shuffle=False, generator=None):
    """With shuffle=True a DataLoader refuses a data set of no images. Without any, don't ask it to shuffle."""
    batches = _Batches(x, y, batch_size, shuffle, generator)
    if shuffle and not len(x):
        raise ValueError("num_samples should be a positive integer value, but got num_samples=0")
    return batches


def minibatches__asserts(x, y, batch_size, shuffle=False, generator=None):
    """An `assert` raises AssertionError (a TensorDataset does too). Raise ValueError where the arguments do not fit."""
    assert batch_size > 0
    assert len(x) == len(y)
    return _Batches(x, y, batch_size, shuffle, generator)


class _Optim:
    """Right in every way but the one that a subclass changes."""

    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    self.move(p)

    def move(self, p):
        p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


class BasicOptim__climbs(_Optim):
    """The parameters go up the gradient. Take lr times the gradient away."""

    def move(self, p):
        p += self.lr * p.grad


class BasicOptim__ignores_lr(_Optim):
    """It looks as if lr is not used: the parameters move by the whole gradient."""

    def move(self, p):
        p -= p.grad


class BasicOptim__makes_new_tensors(_Optim):
    """The parameters themselves do not move: `p = p - lr * p.grad` makes another tensor, and the model never hears of
    it. Change the tensor in place: `p -= …`, inside `torch.no_grad()`."""

    def step(self):
        for place, p in enumerate(self.params):
            if p.grad is not None:
                self.params[place] = (p - self.lr * p.grad).detach().requires_grad_()


class BasicOptim__step_clears_the_gradients(_Optim):
    """It looks as if step also clears the gradients. That is zero_grad's job; step leaves them as they are."""

    def step(self):
        super().step()
        self.zero_grad()


class BasicOptim__updates_twice(_Optim):
    """Each step moves the parameters twice as far as it should: once is enough."""

    def step(self):
        super().step()
        super().step()


class BasicOptim__keeps_the_generator(_Optim):
    """With a generator, the parameters move once and never again: after one time through it is used up. Keep
    `list(params)`."""

    def __init__(self, params, lr):
        self.params, self.lr = params, lr


class BasicOptim__needs_every_gradient(_Optim):
    """A parameter may have no gradient: then `p.grad` is None, and there is nothing to multiply. Skip it."""

    def step(self):
        with torch.no_grad():
            for p in self.params:
                self.move(p)


class BasicOptim__stops_at_a_missing_gradient(_Optim):
    """After a parameter without gradient, the ones behind it do not move: it looks as if the loop is left. Skip only
    that one."""

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is None:
                    break
                self.move(p)


class BasicOptim__zero_grad_does_nothing(_Optim):
    """After zero_grad the gradients are still there. Set `p.grad` to None for each parameter."""

    def zero_grad(self):
        pass


class BasicOptim__zeroes_the_parameters(_Optim):
    """zero_grad sets the parameters themselves to zero. Their gradients are meant: `p.grad`."""

    def zero_grad(self):
        for p in self.params:
            p.data.zero_()
            p.grad = None


class BasicOptim__shared_by_all(_Optim):
    """A second optimizer takes the first one's parameters and lr away: it looks as if they are kept in the class, or in
    globals. Keep them in `self`."""

    def __init__(self, params, lr):
        BasicOptim__shared_by_all.params, BasicOptim__shared_by_all.lr = list(params), lr


class BasicOptim__momentum(_Optim):
    """The second step is longer than the first although the gradient is the same: it looks like momentum. Plain SGD
    looks at the present gradient only."""

    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.speeds = {}

    def move(self, p):
        self.speeds[p] = 0.9 * self.speeds.get(p, 0) + p.grad
        p -= self.lr * self.speeds[p]


def train_epoch__never_clears_the_gradients(model, dl, loss_func, opt):
    """The first update is right and the later ones are not: the gradients of earlier batches are still in there. Call
    `opt.zero_grad()` for each batch."""
    for xb, yb in dl:
        loss_func(model(xb), yb).backward()
        opt.step()


def train_epoch__clears_before_the_step(model, dl, loss_func, opt):
    """Nothing moves: either no step is taken, or the gradients are cleared between backward and step."""
    for xb, yb in dl:
        loss_func(model(xb), yb).backward()
        opt.zero_grad()
        opt.step()


def train_epoch__steps_once_at_the_end(model, dl, loss_func, opt):
    """It looks as if there is one update for the whole epoch. Make one for each batch: step goes inside the loop."""
    for xb, yb in dl:
        loss_func(model(xb), yb).backward()
    opt.step()
    opt.zero_grad()


def train_epoch__stops_after_the_first_batch(model, dl, loss_func, opt):
    """Only the first batch is used. Is there a `return` or `break` inside the loop?"""
    for xb, yb in dl:
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()
        return


def train_epoch__steps_before_backward(model, dl, loss_func, opt):
    """Each batch moves the parameters by the gradient of the batch before it. First backward, then step."""
    for xb, yb in dl:
        loss = loss_func(model(xb), yb)
        opt.step()
        opt.zero_grad()
        loss.backward()


def train_epoch__swaps_the_arguments(model, dl, loss_func, opt):
    """It looks as if loss_func gets the targets first. Its order is predictions, targets."""
    for xb, yb in dl:
        loss_func(yb, model(xb)).backward()
        opt.step()
        opt.zero_grad()


def train_epoch__takes_the_sigmoid(model, dl, loss_func, opt):
    """It looks as if a sigmoid is taken of the predictions. Hand them to loss_func as they are."""
    for xb, yb in dl:
        loss_func(torch.sigmoid(model(xb)), yb).backward()
        opt.step()
        opt.zero_grad()


def train_epoch__needs_a_module(model, dl, loss_func, opt):
    """It asks the model for something that only an nn.Module has, such as `model.train()` or `model.parameters()`. The
    model may be a plain function; the optimizer has the parameters."""
    model.train()
    for xb, yb in dl:
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.zero_grad()


def train_epoch__two_steps_a_batch(model, dl, loss_func, opt):
    """It looks as if each batch makes two steps. One is enough."""
    for xb, yb in dl:
        loss_func(model(xb), yb).backward()
        opt.step()
        opt.step()
        opt.zero_grad()


def batch_accuracy__forgets_the_sigmoid(xb, yb):
    """It looks as if the raw outputs are compared with 0.5. Take the sigmoid first: it is 0.5 where the output is 0."""
    return ((xb > 0.5) == (yb == 1)).float().mean()


def batch_accuracy__takes_ties_for_threes(xb, yb):
    """A sigmoid of exactly 0.5 is not greater than 0.5: use > and not >=."""
    return ((torch.sigmoid(xb) >= 0.5) == (yb == 1)).float().mean()


def batch_accuracy__counts(xb, yb):
    """You give the number of right answers. Their share is asked for: the mean."""
    return ((torch.sigmoid(xb) > 0.5) == (yb == 1)).float().sum()


def batch_accuracy__shares_out_mistakes(xb, yb):
    """It is high for bad predictions: you count the wrong answers, not the right ones."""
    return ((torch.sigmoid(xb) > 0.5) != (yb == 1)).float().mean()


def batch_accuracy__in_percent(xb, yb):
    """It goes up to 100. A share goes from 0 to 1."""
    return 100 * ((torch.sigmoid(xb) > 0.5) == (yb == 1)).float().mean()


def batch_accuracy__looks_at_threes_only(xb, yb):
    """It looks as if only the threes that were found are counted. A seven that is called a seven is right, too."""
    return ((torch.sigmoid(xb) > 0.5) & (yb == 1)).float().mean()


def batch_accuracy__compares_probabilities(xb, yb):
    """It looks as if the probabilities themselves are compared with the targets; they are never exactly 0 or 1. Compare
    with 0.5 first."""
    return (torch.sigmoid(xb) == yb).float().mean()


def _accuracies(model, valid_dl):
    return [batch_accuracy(model(xb), yb).item() for xb, yb in valid_dl]


def validate_epoch__does_not_round(model, valid_dl):
    """The value is right, but it is not rounded: `round(…, 4)`."""
    accuracies = _accuracies(model, valid_dl)
    return sum(accuracies) / len(accuracies)


def validate_epoch__rounds_to_two_places(model, valid_dl):
    """It is rounded too much: four places are asked for."""
    accuracies = _accuracies(model, valid_dl)
    return round(sum(accuracies) / len(accuracies), 2)


def validate_epoch__returns_a_tensor(model, valid_dl):
    """You give back a tensor. A Python float is asked for: `.item()`, then round."""
    accuracies = _accuracies(model, valid_dl)
    return torch.tensor(round(sum(accuracies) / len(accuracies), 4))


def validate_epoch__last_batch_only(model, valid_dl):
    """It looks like the accuracy of the last batch alone. Take the mean over all of them."""
    return round(_accuracies(model, valid_dl)[-1], 4)


def validate_epoch__first_batch_only(model, valid_dl):
    """It looks like the accuracy of the first batch alone. Is there a `return` inside the loop?"""
    return round(_accuracies(model, valid_dl)[0], 4)


def validate_epoch__sums(model, valid_dl):
    """It goes above 1: the accuracies of the batches are added up. Divide by how many there are."""
    return round(sum(_accuracies(model, valid_dl)), 4)


def validate_epoch__forgets_the_model(model, valid_dl):
    """It looks as if the accuracy is taken of xb itself. Ask the model first: `model(xb)`."""
    accuracies = _accuracies(lambda xb: xb[:, :1], valid_dl)
    return round(sum(accuracies) / len(accuracies), 4)


def validate_epoch__takes_the_sigmoid_twice(model, valid_dl):
    """It looks as if the sigmoid is taken before batch_accuracy, which takes it again. Then nearly everything lies
    above 0.5."""
    accuracies = _accuracies(lambda xb: torch.sigmoid(model(xb)), valid_dl)
    return round(sum(accuracies) / len(accuracies), 4)


def _train(train_x, train_y, epochs, lr, sign=-1.0):
    weights, bias = torch.randn(784, 1, requires_grad=True), torch.randn(1, requires_grad=True)
    for _ in range(epochs):
        for start in range(0, len(train_x), 256):
            p = torch.sigmoid(train_x[start : start + 256] @ weights + bias)
            torch.where(train_y[start : start + 256] == 1, 1 - p, p).mean().backward()
            with torch.no_grad():
                for q in (weights, bias):
                    q += sign * lr * q.grad
                    q.grad = None
    return lambda xb: xb @ weights + bias


def train_3s_and_7s__returns_probabilities(train_x, train_y, epochs, lr):
    """The model gives probabilities, from 0 to 1. Raw outputs are asked for: leave the sigmoid to the loss."""
    model = _train(train_x, train_y, epochs, lr)
    return lambda xb: torch.sigmoid(model(xb))


def train_3s_and_7s__climbs(train_x, train_y, epochs, lr):
    """It gets nearly everything wrong: it looks as if it goes up the gradient."""
    return _train(train_x, train_y, epochs, lr, sign=1.0)


def train_3s_and_7s__does_not_train(train_x, train_y, epochs, lr):
    """It looks as if the model is given back as it began. Is `epochs` used, and does each epoch move the parameters?"""
    return _train(train_x, train_y, 0, lr)


def train_3s_and_7s__returns_no_model(train_x, train_y, epochs, lr):
    """Something comes back that can't be called with images. Give back the model itself, a function or an nn.Module."""
    return _train(train_x, train_y, epochs, lr)(train_x)


def train_3s_and_7s__flattens_the_outputs(train_x, train_y, epochs, lr):
    """The model gives a flat list of outputs, (m,). Keep the column: (m, 1)."""
    model = _train(train_x, train_y, epochs, lr)
    return lambda xb: model(xb).flatten()
