"""Known wrong solutions of exercise 7, named FUNCTION__misconception; the docstring is the hint a student reads.

A wrong PAIRS is written as a function, for its name and docstring; `listed` puts the list it makes in its place.
"""
# ruff: noqa: B905, N802 - short as students write it; a mistake bears the name that it is about

import math

import torch
import torch.nn.functional as F


def listed(make):
    """Decorator: the list that `make` gives, in place of `make`."""
    return make()


# --- right sides, which the mistakes below use ---


def cross_entropy(logits, labels):
    logits = logits - logits.max(1, keepdim=True).values
    return (logits.exp().sum(1).log() - logits[torch.arange(len(labels)), labels]).mean()


def sgd_step(params, grads, lr):
    return [p - lr * g for p, g in zip(params, grads)]


RIGHT = {
    "l1": (lambda a, b: (a - b).abs().mean(), F.l1_loss),
    "rmse": (lambda a, b: ((a - b) ** 2).mean().sqrt(), lambda a, b: F.mse_loss(a, b).sqrt()),
    "sigmoid": (lambda x: 1 / (1 + torch.exp(-x)), torch.sigmoid),
    "relu": (lambda x: x.clamp(min=0), torch.relu),
    "linear": (lambda x, w, b: x @ w + b, lambda x, w, b: F.linear(x, w.T, b)),
    "cross_entropy": (cross_entropy, F.cross_entropy),
    "sgd_step": (sgd_step, sgd_step),
}


def but(name, own=None, library=None):
    """The right pairs, but for one side of one of them."""
    sides = {**RIGHT, name: (own or RIGHT[name][0], library or RIGHT[name][1])}
    return [(key, *both) for key, both in sides.items()]


# --- PAIRS ---


@listed
def PAIRS__is_a_dict():
    """PAIRS is a dict. A list of (name, own, library) is asked for, so that each entry carries its own name."""
    return dict(RIGHT)


@listed
def PAIRS__nests_the_sides():
    """Each entry holds two things, a name and a pair. Make it three: (name, own, library)."""
    return list(RIGHT.items())


@listed
def PAIRS__name_in_the_middle():
    """The entries have three parts, but not in the order that is asked for. The name comes first, then own, then
    library."""
    return [(own, name, library) for name, (own, library) in RIGHT.items()]


@listed
def PAIRS__l1_sums():
    """Your l1 grows with the number of elements: it looks like a sum. Take the mean."""
    return but("l1", lambda a, b: (a - b).abs().sum())


@listed
def PAIRS__l1_without_abs():
    """In your l1, differences up and down cancel each other. Take absolute values before the mean."""
    return but("l1", lambda a, b: (a - b).mean())


@listed
def PAIRS__l1_over_the_last_axis():
    """For images or tables your l1 gives several numbers. Here the mean runs over everything."""
    return but("l1", lambda a, b: (a - b).abs().mean(-1))


@listed
def PAIRS__l1_loss_not_made():
    """`torch.nn.L1Loss` is a class. It has to be made first, `torch.nn.L1Loss()`; what you get can be called with a and
    b. Or take the function, `torch.nn.functional.l1_loss`."""
    return but("l1", library=torch.nn.L1Loss)


@listed
def PAIRS__rmse_forgets_the_root():
    """Your rmse is the mean square. The root comes last."""
    return but("rmse", lambda a, b: ((a - b) ** 2).mean())


@listed
def PAIRS__rmse_library_forgets_the_root():
    """torch's mse_loss is the mean square. On the library's side, too, the root has to be taken afterwards."""
    return but("rmse", library=F.mse_loss)


@listed
def PAIRS__rmse_takes_the_root_too_early():
    """It looks as if the root is taken of each square. That gives the absolute difference back: l1. Take the mean
    first, then the root."""
    return but("rmse", lambda a, b: ((a - b) ** 2).sqrt().mean())


@listed
def PAIRS__rmse_row_by_row():
    """It looks as if the root is taken for each row, and the mean of the roots afterwards. One mean over everything,
    then one root."""
    return but("rmse", lambda a, b: ((a - b) ** 2).mean(-1).sqrt().mean())


@listed
def PAIRS__sigmoid_overflows():
    """e^x / (1 + e^x) is the right formula on paper, but for a large x it is inf / inf, which is nan. Divide both parts
    by e^x and look again."""
    return but("sigmoid", lambda x: torch.exp(x) / (1 + torch.exp(x)))


@listed
def PAIRS__sigmoid_forgets_the_minus():
    """Your sigmoid goes down where it should go up. Look at the sign in front of x."""
    return but("sigmoid", lambda x: 1 / (1 + torch.exp(x)))


@listed
def PAIRS__sigmoid_is_tanh():
    """Your sigmoid goes from -1 to 1. It should go from 0 to 1: shift and halve."""
    return but("sigmoid", torch.tanh)


@listed
def PAIRS__relu_drops_elements():
    """Your relu gives back fewer elements than it got. The negative ones become 0, they do not go away."""
    return but("relu", lambda x: x[x > 0])


@listed
def PAIRS__relu_is_abs():
    """Your relu turns negative numbers into positive ones. They should become 0."""
    return but("relu", lambda x: x.abs())


@listed
def PAIRS__relu_in_place():
    """Your relu writes zeros into x itself. x belongs to whoever called you: make a new tensor."""

    def relu(x):
        x[x < 0] = 0
        return x

    return but("relu", relu)


@listed
def PAIRS__relu_library_in_place():
    """`relu_` and `inplace=True` write into x itself. Take torch's relu that gives a new tensor."""
    return but("relu", library=torch.relu_)


@listed
def PAIRS__linear_without_bias():
    """In your linear, b is missing."""
    return but("linear", lambda x, w, b: x @ w)


@listed
def PAIRS__linear_library_wants_w_turned():
    """torch's linear takes the weights as (m, k), one row for each output. Here w is (k, m): hand over `w.T`."""
    return but("linear", library=F.linear)


@listed
def PAIRS__linear_multiplies_elements():
    """It looks as if x and w are multiplied element by element. A matrix product is asked for: `@`."""
    return but("linear", lambda x, w, b: x * w + b)


@listed
def PAIRS__cross_entropy_sums():
    """Your cross_entropy grows with the number of rows: it looks like a sum. Take the mean."""
    return but("cross_entropy", lambda logits, labels: cross_entropy(logits, labels) * len(labels))


@listed
def PAIRS__cross_entropy_forgets_the_minus():
    """Your cross_entropy has the wrong sign. The logarithm of a probability is negative; the loss is not."""
    return but("cross_entropy", lambda logits, labels: -cross_entropy(logits, labels))


@listed
def PAIRS__cross_entropy_softmax_twice():
    """It looks as if the softmax is taken twice. torch's cross_entropy takes raw outputs and does it by itself."""
    return but("cross_entropy", library=lambda logits, labels: F.cross_entropy(logits.softmax(1), labels))


@listed
def PAIRS__cross_entropy_wrong_axis():
    """It looks as if the softmax runs down the columns, over the batch. It runs along each row, over the classes."""

    def wrong(logits, labels):
        columns = logits - logits.max(0, keepdim=True).values
        return (columns.exp().sum(0).log() - columns)[torch.arange(len(labels)), labels].mean()

    return but("cross_entropy", wrong)


@listed
def PAIRS__cross_entropy_averages_all_columns():
    """`rows[:, labels]` takes all those columns from every row, n times n numbers. You need one number from each row:
    index with `torch.arange(n)` and the labels together."""

    def wrong(logits, labels):
        logits = logits - logits.max(1, keepdim=True).values
        return (logits.exp().sum(1, keepdim=True).log() - logits)[:, labels].mean()

    return but("cross_entropy", wrong)


@listed
def PAIRS__cross_entropy_overflows():
    """e^100 is already too large for float32, so your cross_entropy becomes inf or nan. Take the largest logit of
    each row away from the row first: the result stays the same."""
    return but(
        "cross_entropy",
        lambda logits, labels: (logits.exp().sum(1).log() - logits[torch.arange(len(labels)), labels]).mean(),
    )


@listed
def PAIRS__cross_entropy_log_of_zero():
    """A probability of e^-100 is 0 in float32, and log(0) is -inf. Do not take the logarithm of the softmax: write
    log(softmax) as the logit minus log(sum of e^logits)."""
    return but(
        "cross_entropy",
        lambda logits, labels: -logits.softmax(1)[torch.arange(len(labels)), labels].log().mean(),
    )


@listed
def PAIRS__cross_entropy_cuts_off():
    """It looks as if probabilities are kept above some small number before the logarithm. Then every very wrong answer
    costs the same; the true loss goes on growing."""
    return but(
        "cross_entropy",
        lambda logits, labels: -logits.softmax(1)[torch.arange(len(labels)), labels].clamp(min=1e-12).log().mean(),
    )


@listed
def PAIRS__sgd_step_climbs():
    """Your sgd_step goes up the slope. The step is taken away from the parameter."""
    return but("sgd_step", lambda params, grads, lr: [p + lr * g for p, g in zip(params, grads)])


@listed
def PAIRS__sgd_step_ignores_lr():
    """Your step does not depend on lr. Multiply the gradient by it."""
    return but("sgd_step", lambda params, grads, lr: [p - g for p, g in zip(params, grads)])


@listed
def PAIRS__sgd_step_gives_the_step():
    """You give back how far to go. Give back where the parameters are after the step."""
    return but("sgd_step", lambda params, grads, lr: [-lr * g for g in grads])


@listed
def PAIRS__sgd_step_in_place():
    """Your step changes the parameters themselves. Here it makes new tensors and leaves the old ones as they were."""

    def wrong(params, grads, lr):
        for p, g in zip(params, grads):
            p -= lr * g
        return params

    return but("sgd_step", wrong)


@listed
def PAIRS__sgd_step_library_in_place():
    """An optimizer changes the tensors it is given. Give it copies: `p.clone()` of each parameter."""

    def wrong(params, grads, lr):
        for p, g in zip(params, grads):
            p.sub_(g, alpha=lr)
        return params

    return but("sgd_step", library=wrong)


@listed
def PAIRS__sgd_step_keeps_the_still_ones():
    """Where the gradient is zero, you give back the parameter itself and not a new tensor: who writes to the one,
    writes to the other."""
    return but(
        "sgd_step", lambda params, grads, lr: [p - lr * g if bool(g.any()) else p for p, g in zip(params, grads)]
    )


@listed
def PAIRS__both_sides_are_the_library():
    """The values are right, but torch's function stands on the own side too, so the table compares it with itself."""
    return [(name, library, library) for name, (_, library) in RIGHT.items()]


# --- correlation_table ---


def parts(output):
    """An output as a list of float64 tensors."""
    tensors = output if isinstance(output, (list, tuple)) else [output]
    return [torch.as_tensor(tensor, dtype=torch.float64) for tensor in tensors]


def pearson(a, b, difference):
    if bool((a == a[0]).all()) or bool((b == b[0]).all()):
        return 1.0 if difference <= 1e-6 else 0.0
    return float(torch.corrcoef(torch.stack([a, b]))[0, 1])


def outputs_of(function, calls):
    return [part for arguments in calls for part in parts(function(*arguments))]


def shapes_differ(left, right):
    return [part.shape for part in left] != [part.shape for part in right]


def largest(a, b):
    return float((a - b).abs().max())


def row(name, correlation, difference, agrees):
    return {"name": name, "correlation": correlation, "max_abs_difference": difference, "agrees": agrees}


def table(pairs, inputs, differ=shapes_differ, measure=largest, correlate=pearson, agree=None):
    """The table, with parts of its working exchanged."""
    rows = []
    for name, own, library in pairs:
        left, right = outputs_of(own, inputs[name]), outputs_of(library, inputs[name])
        if differ(left, right):
            rows.append(row(name, math.nan, math.nan, False))
            continue
        a, b = (torch.cat([part.reshape(-1) for part in side]) for side in (left, right))
        difference = measure(a, b)
        correlation = correlate(a, b, difference)
        rows.append(row(name, correlation, difference, agree(a, b, correlation) if agree else difference <= 1e-4))
    return rows


def correlation_table__agrees_by_correlation(pairs, inputs):
    """It looks as if "agrees" follows from the correlation. A side that is twice the other has a correlation of 1 as
    well: look at the difference."""
    return table(pairs, inputs, agree=lambda a, b, correlation: bool(correlation > 0.999))


def correlation_table__agrees_relatively(pairs, inputs):
    """It looks as if large numbers may differ by more (as in `torch.allclose`). "agrees" asks for a difference of at
    most 1e-4, however large the numbers are."""
    return table(pairs, inputs, agree=lambda a, b, correlation: torch.allclose(a, b, rtol=1e-4, atol=1e-4))


def correlation_table__agrees_only_below(pairs, inputs):
    """A difference of exactly 1e-4 is "at most 1e-4" and still agrees: <= and not <."""
    return table(pairs, inputs, agree=lambda a, b, correlation: largest(a, b) < 1e-4)


def correlation_table__mean_difference(pairs, inputs):
    """It looks as if the difference is an average. One output that is far off has to show: take the largest."""
    return table(pairs, inputs, measure=lambda a, b: float((a - b).abs().mean()))


def correlation_table__difference_with_sign(pairs, inputs):
    """It looks as if the sign is kept, so that a side which is too small seems to differ by nothing. Take absolute
    values first."""
    return table(pairs, inputs, measure=lambda a, b: float((a - b).max()))


def correlation_table__constant_gives_nan(pairs, inputs):
    """If all values of a side are equal, Pearson's formula divides 0 by 0. Look for that case before you use it."""

    def correlate(a, b, difference):
        return math.nan if len(a) == 1 else float(torch.corrcoef(torch.stack([a, b]))[0, 1])

    return table(pairs, inputs, correlate=correlate)


def correlation_table__constant_gives_zero(pairs, inputs):
    """A constant side always gives 0.0. If the two sides are equal, it should be 1.0."""
    return table(pairs, inputs, correlate=lambda a, b, d: pearson(a, b, 1.0))


def correlation_table__constant_gives_one(pairs, inputs):
    """A constant side always gives 1.0. It should be so only if the two sides are equal within 1e-6."""
    return table(pairs, inputs, correlate=lambda a, b, d: pearson(a, b, 0.0))


def correlation_table__nearly_constant(pairs, inputs):
    """It looks as if a side that hardly varies counts as constant. Only one whose values are exactly equal does."""

    def correlate(a, b, difference):
        if a.std() < 1e-6 or b.std() < 1e-6 or len(a) == 1:
            return 1.0 if difference <= 1e-6 else 0.0
        return float(torch.corrcoef(torch.stack([a, b]))[0, 1])

    return table(pairs, inputs, correlate=correlate)


def correlation_table__float32(pairs, inputs):
    """The correlation is not exact enough: with large numbers that vary little, float32 rounds the differences away. Go
    over to float64 first, `.double()`."""
    return table(pairs, inputs, correlate=lambda a, b, d: pearson(a.float(), b.float(), d))


def correlation_table__cosine(pairs, inputs):
    """It looks as if the means are not taken away. Pearson's correlation is about how both sides vary around
    their means."""

    def correlate(a, b, difference):
        special = bool((a == a[0]).all()) or bool((b == b[0]).all())
        return pearson(a, b, difference) if special else float((a * b).sum() / (a.norm() * b.norm()))

    return table(pairs, inputs, correlate=correlate)


def correlation_table__absolute_correlation(pairs, inputs):
    """The correlation has lost its sign. It is negative where one side falls as the other rises."""
    return table(pairs, inputs, correlate=lambda a, b, d: abs(pearson(a, b, d)))


def correlation_table__squared_correlation(pairs, inputs):
    """This looks like r squared. Give the correlation itself."""
    return table(pairs, inputs, correlate=lambda a, b, d: pearson(a, b, d) ** 2)


def correlation_table__ignores_shapes(pairs, inputs):
    """It looks as if only the joined rows are compared. Compare the shapes of the outputs, one by one, before you join
    them: (2, 3) and (3, 2) are not the same."""
    return table(pairs, inputs, differ=lambda left, right: sum(map(torch.numel, left)) != sum(map(torch.numel, right)))


def correlation_table__first_shape_only(pairs, inputs):
    """It looks as if only the outputs of the first call are compared by shape. Compare those of every call."""
    return table(
        pairs,
        inputs,
        differ=lambda left, right: (
            shapes_differ(left[:1], right[:1]) or sum(map(torch.numel, left)) != sum(map(torch.numel, right))
        ),
    )


def correlation_table__raises_on_shapes(pairs, inputs):
    """It fails if the two sides differ in shape. That is a result, too: "agrees" is False and both numbers are nan."""
    return table(pairs, inputs, differ=lambda left, right: False)


def correlation_table__averages_over_calls(pairs, inputs):
    """It looks as if you work out a correlation for each call and average them. Join the outputs of all calls first."""

    def average(own, library, calls):
        each = [table([("", own, library)], {"": [arguments]})[0]["correlation"] for arguments in calls]
        return sum(each) / len(each)

    rows = table(pairs, inputs)
    for found, (name, own, library) in zip(rows, pairs):
        found["correlation"] = average(own, library, inputs[name])
    return rows


def correlation_table__first_call_only(pairs, inputs):
    """It looks as if only the first tuple of arguments is used. Call the functions with each of them."""
    return table(pairs, {name: calls[:1] for name, calls in inputs.items()})


def correlation_table__passes_the_tuple(pairs, inputs):
    """It looks as if a function gets the whole tuple as one argument. A star unpacks it: `own(*arguments)`."""
    return table(pairs, {name: [(arguments,) for arguments in calls] for name, calls in inputs.items()})


def correlation_table__passes_the_first_argument(pairs, inputs):
    """It looks as if a function gets the first of its arguments only. A star hands over all of them:
    `own(*arguments)`."""
    return table(pairs, {name: [arguments[:1] for arguments in calls] for name, calls in inputs.items()})


def correlation_table__tensors_only(pairs, inputs):
    """It fails if a function returns a Python number or a list of tensors. `torch.as_tensor` makes a tensor of a
    number; a list has to be gone through."""
    for name, own, _ in pairs:
        for arguments in inputs[name]:
            own(*arguments).double()
    return table(pairs, inputs)


def correlation_table__no_lists(pairs, inputs):
    """It fails if a function returns a list of tensors, as sgd_step does. Go through it."""
    for name, own, _ in pairs:
        for arguments in inputs[name]:
            torch.as_tensor(own(*arguments), dtype=torch.float64)
    return table(pairs, inputs)


def correlation_table__order_of_the_inputs(pairs, inputs):
    """The rows come in the order of the inputs. They should come in the order of the pairs."""
    known = {pair[0]: pair for pair in pairs}
    return table([known[name] for name in inputs if name in known], inputs)


def correlation_table__needs_a_pair_for_each_input(pairs, inputs):
    """It goes through the inputs, and fails where there is no pair of that name. Go through the pairs."""
    known = {pair[0]: pair for pair in pairs}
    return table([known[name] for name in inputs], inputs)


def correlation_table__a_dict_by_name(pairs, inputs):
    """You give one dict. A list with a dict for each pair is asked for."""
    return {found["name"]: found for found in table(pairs, inputs)}


def correlation_table__only_the_last(pairs, inputs):
    """There is one row only. Is the `return` inside the loop, or the list made anew in it?"""
    return table(pairs, inputs)[-1:]


def correlation_table__compares_with_itself(pairs, inputs):
    """Both sides always seem to be equal: it looks as if a function is compared with itself."""
    return table([(name, own, own) for name, own, _ in pairs], inputs)


def correlation_table__writes_into_outputs(pairs, inputs):
    """It writes into what a function returned. That can be the very tensor it was called with (`lambda x: x`): work on
    new tensors."""
    rows = table(pairs, inputs)
    for name, own, library in pairs:
        for arguments in inputs[name]:
            one, other = own(*arguments), library(*arguments)
            if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor) and one.shape == other.shape:
                one -= other
    return rows
