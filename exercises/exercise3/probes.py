"""Runs beside the submission: builds functions and models from plain data, and returns plain data.

Each probe bears the name of the function it tries, so that a report shows the call as a student would write it.
`student` is put among the globals by whoever loads this file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

student: Any = globals()["student"]

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": torch.add,
    "mul": torch.mul,
    "exp": torch.exp,
    "sum": torch.sum,
    "mean": torch.mean,
    "first": lambda t: t.reshape(-1)[0],
    "zeros_like": lambda t: torch.zeros(t.shape),
}


PARAMETER = torch.tensor(2.0, requires_grad=True)


def evaluate(tree: Any, x: Any) -> Any:
    """The value at x of an expression such as ["sum", ["mul", "x", "x"]]."""
    if tree in ("x", "parameter"):
        return x if tree == "x" else PARAMETER
    if isinstance(tree, float):
        return torch.tensor(tree)
    operation, *parts = tree
    return OPERATIONS[operation](*(evaluate(part, x) for part in parts))


def numerical_gradient(tree: Any, x: Any, h: float) -> list[Any]:
    """[result, whether f ever got x itself, whether f ever got one that requires gradients, x afterwards]."""
    original = x.detach().clone()
    itself, requires_grad = False, False

    def f(t: Any) -> Any:
        nonlocal itself, requires_grad
        itself = itself or t is x
        if isinstance(t, torch.Tensor) and t.data_ptr() == x.data_ptr():
            itself = itself or not torch.equal(t.detach(), original)  # x's memory, written to for the moment
        requires_grad = requires_grad or bool(getattr(t, "requires_grad", False))
        return evaluate(tree, t)

    result = student.numerical_gradient(f, x, h)
    return [result, itself, requires_grad, x.detach().clone()]


def gradient(function: Any, x: Any) -> list[Any]:
    """[result, x's values, requires_grad and grad afterwards]; `function` is [tree, grad of x before]."""
    tree, before = function
    if before is not None:
        x.grad = before.clone()
    result = student.gradient(lambda t: evaluate(tree, t), x)
    return [result, x.detach().clone(), x.requires_grad, x.grad]


def sigmoid(point: Any) -> list[Any]:
    """[result, gradient at x of (result * factors).sum(); None where none can flow]; `point` is [x, factors]."""
    x, factors = point
    result = student.sigmoid(x.requires_grad_())
    if not isinstance(result, torch.Tensor) or not result.requires_grad or result.shape != x.shape:
        return [result, None]
    return [result, slopes((result * factors).sum(), x)]


def mnist_loss(predictions: Any, targets: Any) -> list[Any]:
    """[result, its gradient at the predictions; None where none can flow]."""
    result = student.mnist_loss(predictions.requires_grad_(), targets)
    if not isinstance(result, torch.Tensor) or not result.requires_grad or result.shape != ():
        return [result, None]
    return [result, slopes(result, predictions)]


def slopes(number: Any, leaf: Any) -> Any:
    """The gradient of a 0-d tensor at a leaf."""
    number.backward()
    return leaf.grad


def calc_grad(xb: Any, yb: Any, model: Any) -> list[Any]:
    """[gradients of weights and bias, weights, bias, xb and yb afterwards].

    `model` is [kind, weights, bias, gradients before, how many calls].
    """
    kind, weights, bias, before, times = model
    called, weights, bias = MODELS[kind](weights, bias)
    if before is not None:
        weights.grad, bias.grad = (grad.clone() for grad in before)
    for _ in range(times):
        student.calc_grad(xb, yb, called)
    return [weights.grad, bias.grad, weights.detach().clone(), bias.detach().clone(), xb, yb]


class Module(torch.nn.Module):
    """The linear model as an nn.Module."""

    def __init__(self, weights: Any, bias: Any) -> None:
        super().__init__()
        self.weights, self.bias = torch.nn.Parameter(weights), torch.nn.Parameter(bias)

    def forward(self, xb: Any) -> Any:
        return xb @ self.weights + self.bias


class Instance:
    """The linear model as an object that can be called."""

    def __init__(self, weights: Any, bias: Any) -> None:
        self.parts = (weights, bias)

    def __call__(self, xb: Any) -> Any:
        return xb @ self.parts[0] + self.parts[1]


def _function(weights: Any, bias: Any) -> tuple[Any, Any, Any]:
    weights, bias = weights.requires_grad_(), bias.requires_grad_()
    return lambda xb: xb @ weights + bias, weights, bias


def _module(weights: Any, bias: Any) -> tuple[Any, Any, Any]:
    module = Module(weights, bias)
    return module, module.weights, module.bias


def _instance(weights: Any, bias: Any) -> tuple[Any, Any, Any]:
    weights, bias = weights.requires_grad_(), bias.requires_grad_()
    return Instance(weights, bias), weights, bias


MODELS: dict[str, Callable[..., Any]] = {"function": _function, "module": _module, "instance": _instance}
