"""Drivers that every lesson uses."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class UnusableAnswer(TypeError):
    """The answer is of a kind that cannot be run; the message says what to write."""


def call(function: Callable, *inputs: Any) -> Any:
    """Call the learner's function."""
    return function(*inputs)


def value(answer: Any) -> Any:
    """Return a copy of the learner's value, or the value itself where it cannot be copied."""
    try:
        return copy.deepcopy(answer)
    except Exception:  # a tensor in the midst of a graph has no deep copy
        return answer


def fill_parameters(module: nn.Module, scale: float = 0.5) -> None:
    """Give each parameter fixed values that depend on its shape and on how many of that shape came before.

    Two modules with equally shaped parameters then compute the same, whatever their attributes are called.
    """
    seen: dict[tuple[int, ...], int] = {}
    with torch.no_grad():
        for parameter in module.parameters():
            shape = tuple(parameter.shape)
            seen[shape] = seen.get(shape, 0) + 1
            seed = hash((*shape, seen[shape])) % (2**31)
            generator = torch.Generator().manual_seed(seed)
            values = torch.randn(shape, generator=generator, dtype=torch.float32) * scale
            parameter.copy_(values.to(parameter.dtype))


def model(answer: nn.Module, x: torch.Tensor) -> dict[str, Any]:
    """Run a model that the learner built: a copy of it, with fixed parameters, on the batch `x`."""
    if isinstance(answer, type):
        raise UnusableAnswer(
            f"this is the class {answer.__name__}: make an object of it, {answer.__name__}()"
        )
    if not isinstance(answer, nn.Module):
        raise UnusableAnswer(
            f"this is a {type(answer).__name__}; a model made of torch.nn layers is wanted"
        )
    return _observe(_copy(answer), x)


def _copy(answer: nn.Module) -> nn.Module:
    try:
        return copy.deepcopy(answer)
    except RuntimeError as error:
        if "deepcopy" not in str(error):
            raise
        raise UnusableAnswer(
            "this model keeps a tensor of its last run in an attribute, so that it cannot be copied: use a "
            "plain name for it in `forward`, not `self.…`, and make the model anew"
        ) from None


def module(cls: type, arguments: tuple, x: torch.Tensor) -> dict[str, Any]:
    """Build `cls(*arguments)`, an `nn.Module` that the learner wrote, and run it on the batch `x`."""
    if isinstance(cls, nn.Module):
        raise UnusableAnswer("this is already an object; hand over the class itself, without ()")
    if not (isinstance(cls, type) and issubclass(cls, nn.Module)):
        name = getattr(cls, "__name__", type(cls).__name__)
        raise UnusableAnswer(f"{name} is no nn.Module: begin with `class {name}(nn.Module):`")
    return _observe(cls(*arguments), x)


def slopes(net: nn.Module, output: Any) -> dict[str, torch.Tensor | None]:
    """Return each parameter's gradient of a fixed weighted sum of the output; None where none arrives.

    The numbers show which parameters train, and that it was the model at hand that was asked.
    """
    net.zero_grad(set_to_none=True)
    if isinstance(output, torch.Tensor) and output.requires_grad:
        weights = torch.cos(torch.arange(1, output.numel() + 1, dtype=output.dtype))
        (output * weights.reshape(output.shape)).sum().backward()
    return {name: None if p.grad is None else p.grad.clone() for name, p in net.named_parameters()}


def _observe(net: nn.Module, x: torch.Tensor) -> dict[str, Any]:
    fill_parameters(net)
    net.eval()
    parameters = dict(net.named_parameters())
    output = net(x)
    reached = slopes(net, output)
    layers = [m for m in net.modules() if not list(m.children())]
    return {
        "parameters": sorted(tuple(p.shape) for p in parameters.values()),
        "names": sorted(parameters),
        "layers": [type(m).__name__ for m in layers],
        "shapes in each layer": [[tuple(p.shape) for p in m.parameters()] for m in layers],
        "output": output.detach() if isinstance(output, torch.Tensor) else output,
        "slopes": sorted(reached.values(), key=lambda s: () if s is None else tuple(s.shape)),
    }
