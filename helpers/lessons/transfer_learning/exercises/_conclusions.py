"""What is concluded in lesson 07: which parts of a small network were copied, replaced, frozen, trained."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from helpers.checks import drivers as common_drivers
from helpers.checks.conclusions import (
    UNFOUNDED,
    close,
    put_into,
    same_state,
    true_slopes,
    what_trains,
)
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.small_networks import (
    Extractor,
    SmallNet,
    fill,
    mixed_net,
    small_net,
)


def partial_load(
    seen: dict[str, Any],
    seed: int,
    old: dict[str, int],
    new: dict[str, int],
    gone: Sequence[str] = ("_bn0.running_mean",),
    reshaped: Sequence[str] = (),
    doubled: Sequence[str] = (),
) -> dict[str, Any]:
    """Say beside the model's tensors and the names whether `state` is as before and the model has copies of it."""
    state = drivers.state_to_load(seed, old, gone, reshaped, doubled)
    return {
        "tensors of the model": seen["tensors of the model"],
        "names not loaded": seen["names not loaded"],
        "state as before": same_state(seen["state"], state),
        "a copy: stays when `state` changes": same_state(
            seen["tensors later"], seen["tensors of the model"]
        ),
    }


def initialised(seen: dict[str, Any], inputs: int, outputs: int, kind: str) -> dict[str, Any]:
    """Describe how a layer's weights are spread, times √inputs."""
    weight, bias, products = seen["weight"].float(), seen["bias"], seen["products"]
    if weight.shape != (outputs, inputs):
        raise ValueError("these are no weights of that layer")
    rows = drivers.drawn_rows(inputs, inputs + outputs)
    made = rows @ weight.T
    values = weight * inputs**0.5
    second = seen["products of a second layer"]
    return {
        "largest |w|·√n_in": values.abs().max().item(),
        "standard deviation·√n_in": values.std().item(),
        "mean / standard deviation": (values.mean() / values.std()).item(),
        "the bias is 0": bias.shape == (outputs,) and not bias.any().item(),
        "still the same trainable parameter": close(seen["slope"], rows.sum(0).expand_as(weight))
        and close(products.detach(), made, 2e-2),
        "a second layer gets other values": second.shape == made.shape
        and not close(second, made, 2e-2),
    }


def new_head(
    seen: dict[str, Any], seed: int, before: int, classes: int, x: Tensor
) -> dict[str, Any]:
    """Say whether the head is new, linear, trainable, and whether all else is as it was."""
    model = small_net(seed, classes=before, frozen=True).train(seed % 2 == 1)
    kept = {n: t.clone() for n, t in model.state_dict().items() if not n.startswith("_fc.")}
    old_is_left = close(seen["old weight"], model._fc.weight.detach())
    put_into(model, seen["the rest"])
    left = copy.deepcopy(model).extract_features(torch.cat([x, x + 1, x * 2])).detach()
    model.eval().requires_grad_(True)
    slopes = common_drivers.slopes(model, model.extract_features(x))
    moves = what_trains(seen["slopes of the rest"], slopes)
    head, has_bias = seen["slopes of the head"], "_fc.bias" in seen["slopes of the head"]
    true = _slopes_of_head(model, seen["scores"], has_bias, seed, x)
    is_linear = seen["kind of the head"] == "Linear"
    is_linear = is_linear and close(seen["scores with a filled head"], true.pop("scores"))
    return {
        "shape of the scores": tuple(getattr(seen["scores"], "shape", ())),
        "the head is one nn.Linear": is_linear,
        "the head has a bias": has_bias,
        "the head is new and trains": old_is_left
        and bool(head)
        and all(m is True for m in what_trains(head, true).values()),
        "size that the head notes": seen["size that the head notes"],
        "the rest is as before": UNFOUNDED not in moves.values()
        and same_state(seen["the rest"], kept),
        "the rest trains": moves,
        "train or eval mode as before": close(seen["features as it was left"], left),
        "returns the model": close(
            seen["scores of what came back"], seen["scores with a filled head"], 1e-6
        ),
    }


def _slopes_of_head(
    model: SmallNet, scores: Any, has_bias: bool, seed: int, x: Tensor
) -> dict[str, Any]:
    """Return what a linear head of the reported size does once filled: its slopes, and its "scores"."""
    classes = scores.shape[1] if isinstance(scores, Tensor) and scores.dim() == 2 else 1
    model._fc = nn.Linear(6, min(classes, 100), bias=has_bias)
    fill(model._fc, seed + 1)
    filled = model.eval()(x)
    return common_drivers.slopes(model, filled) | {"scores": filled.detach()}


def frozen_parts(seen: dict[str, Any], setting: dict[str, Any], head: str) -> dict[str, Any]:
    """Say which parameters train and whether all values are as before."""
    model = small_net(**setting)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    return {
        "trains": _trained_parts(seen, model, setting["seed"]),
        "values as before": same_state(seen["state"], before),
    }


def _trained_parts(seen: dict[str, Any], model: nn.Module, seed: int) -> dict[str, Any]:
    put_into(model, seen["state"])
    return what_trains(seen["slopes"], true_slopes(model, drivers.drawn_rows(3, seed)))


def groups(
    seen: dict[str, Any], setting: dict[str, Any], rates: dict[str, float]
) -> dict[str, Any]:
    """Say which rate each parameter has and which parameters train."""
    model = small_net(**setting)
    return {"rates": seen["rates"], "trains": _trained_parts(seen, model, setting["seed"])}


def _features(seed: int, x: Tensor, training: bool = False) -> Tensor:
    network = Extractor()
    fill(network, seed)
    with torch.no_grad():
        return network.train(training).extract_features(x).mean((2, 3))


def cache(seen: dict[str, Any], seed: int, x: Tensor, training: bool) -> dict[str, Any]:
    """Say how features were computed and where those of the second call came from."""
    first, second, third = seen["first"], seen["second"], seen["of another path"]
    calls = seen["calls"]
    are_tensors = isinstance(first, Tensor) and isinstance(second, Tensor)
    # Batch statistics need more than one row.
    ways = [_features(seed, x, way) for way in ((False, True) if len(x) > 1 else (False,))]
    untouched = _features(seed + 1, torch.cat([x, x + 1]), training=True)
    founded = are_tensors and any(close(first.detach(), features) for features in ways)
    return {
        "features": first.detach() if isinstance(first, Tensor) else first,
        "cut off from the graph": founded and not (first.requires_grad or second.requires_grad),
        "in eval mode": bool(calls) and all(call["mode"] == "eval" for call in calls),
        "without recording a graph": founded
        and bool(calls)
        and all(call["graph"] == "none" for call in calls),
        "a file lies there": "features.pt" in seen["files"],
        "rows computed at the second call": seen["rows computed at the second call"],
        "the network is not touched where a file lies": close(
            seen["features of the other network"], untouched
        ),
        "rows computed once the file is gone": seen["rows computed once the file is gone"],
        "the second answer equals the first": founded
        and torch.equal(first.detach(), second.detach()),
        "another path has features of its own": founded
        and isinstance(third, Tensor)
        and not torch.equal(third, second),
    }


def modes(seen: dict[str, Any], x: Tensor, seed: int, training: bool) -> dict[str, Any]:
    """Say in which mode each layer worked, by what it made of its input, and what has moved."""
    model = mixed_net(seed)
    model.requires_grad_(True)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    found, input_, h = {}, x, x
    for name, layer in drivers.leaves(model).items():
        mode, output = seen["modes"][name], seen["outputs"][name]
        layer.train(mode == "train")
        if isinstance(layer, nn.Dropout):
            factor = torch.where(input_ == 0, 0.0, output / input_)
            founded = _is_dropout(factor[input_ != 0], layer)
            h = h * factor
        else:
            founded = close(output, _run(layer, input_).detach())
            h = _run(layer, h)
        found[f"{name} ({type(layer).__name__})"] = mode == "train" if founded else UNFOUNDED
        input_ = output
    slopes = common_drivers.slopes(model, h)
    return {
        "in train mode": found,
        "statistics as before": UNFOUNDED not in found.values()
        and same_state(seen["state"], before),
        "parameters that train": what_trains(seen["slopes"], slopes),
    }


def _is_dropout(factor: Tensor, layer: nn.Dropout) -> bool:
    kept = torch.isclose(factor, torch.tensor(1 / (1 - layer.p) if layer.training else 1.0))
    return bool((kept | (factor == 0)).all()) if layer.training else bool(kept.all())


def _run(layer: nn.Module, h: Tensor) -> Tensor:
    """Apply a layer; BatchNorm in train mode leaves its running statistics alone here."""
    if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d) and layer.training:
        return F.batch_norm(h, None, None, layer.weight, layer.bias, training=True, eps=layer.eps)
    return layer(h)


def head_training(
    seen: dict[str, Any], seed: int, inputs: int, classes: int, missing: int = 0
) -> dict[str, Any]:
    """Say whether the new head has learned, and whether the backbone's weights and statistics have stayed.

    Nothing has stayed where nothing ran: the features that went into the head have to be those of the backbone.
    """
    model, X, y = drivers.head_task(seed, inputs, classes, missing)
    kept = {k: v.clone() for k, v in model[0].state_dict().items()}
    with torch.no_grad():
        ways = [model[0].eval()(X), model[0].train()(X)]
    put_into(model[0], kept)  # train mode has moved the statistics
    began, ended = (
        any(close(seen[f"{which} features"], way) for way in ways) for which in ("first", "last")
    )
    state = seen["state"]
    weight = state[f"{len(model) - 1}.weight"]
    model[1] = nn.Linear(8, len(weight), bias="1.bias" in state)
    put_into(model, state)
    moves = what_trains(seen["slopes"], true_slopes(model, X))
    with torch.no_grad():
        scores = model.eval()(X)
    right = (scores.argmax(1) == y).float().mean().item() if scores.shape[1] == classes else 0.0
    heads = [m for name, m in moves.items() if not name.startswith("0.")]
    return {
        "the head trains": bool(heads) and all(m is True for m in heads),
        "the head has learned": right > 1.6 / classes,
        "the model that was handed over has it": close(
            seen["scores of the model that was handed over"], scores
        ),
        "backbone frozen and unchanged": ended
        and not any(m for name, m in moves.items() if name.startswith("0."))
        and all(torch.equal(state[f"0.{n}"], kept[n]) for n in ("0.weight", "0.bias", "1.weight")),
        "statistics as before": began
        and torch.equal(state["0.1.running_mean"], kept["1.running_mean"])
        and torch.equal(state["0.1.running_var"], kept["1.running_var"]),
    }
