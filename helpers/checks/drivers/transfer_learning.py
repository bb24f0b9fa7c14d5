"""Drivers of lesson 07: small networks with a backbone and a head, and what a program did to them."""

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks.drivers.common import Complaint


class SmallNet(nn.Module):
    """A network 3 → 6 → 5 → classes built like the large one: stem, blocks, dropout, and a last layer `_fc`.

    `blocks` block layers are named "_blocks.0", "_blocks.1" …; `_fc_norm` is no part of the head.
    """

    def __init__(self, classes: int = 4, blocks: int = 2) -> None:
        super().__init__()
        self._stem = nn.Linear(3, 6)
        self._bn0 = nn.BatchNorm1d(6)
        self._blocks = nn.ModuleList(nn.Linear(6, 6) for _ in range(blocks))
        self._fc_norm = nn.BatchNorm1d(6)
        self._dropout = nn.Dropout(0.5)
        self._fc = nn.Linear(6, classes)

    def extract_features(self, x: Tensor) -> Tensor:
        """Return features (n, 6, 1, 1) for x (n, 3)."""
        x = torch.relu(self._bn0(self._stem(x)))
        for block in self._blocks:
            x = x + torch.tanh(block(x))
        return self._fc_norm(x)[:, :, None, None]

    def forward(self, x: Tensor) -> Tensor:
        """Return scores (n, classes) for x (n, 3)."""
        return self._fc(self._dropout(self.extract_features(x).mean((2, 3))))


def fill(module: nn.Module, seed: int) -> None:
    """Give all parameters and running statistics of a module drawn values; torch's own generator stays."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in module.state_dict().values():
            if tensor.is_floating_point():
                drawn = torch.randn(tensor.shape, generator=generator) * 0.5
                tensor.copy_(drawn.abs() + 0.5 if tensor.dim() == 1 else drawn)


def small_net(seed: int = 0, classes: int = 4, blocks: int = 2, frozen: bool = False) -> SmallNet:
    """Return a `SmallNet` in train mode; `frozen` freezes every other of its parameters."""
    net = SmallNet(classes, blocks)
    fill(net, seed)
    for number, parameter in enumerate(net.parameters()):
        parameter.requires_grad_(not (frozen and number % 2))
    return net


def stack(sizes: list[int], frozen: list[int], shared: bool = False) -> nn.Module:
    """Return linear layers with a BatchNorm after the first; layers numbered in `frozen` do not train.

    `shared`: the last two layers are one and the same.
    """
    layers = [nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    for number in frozen:
        layers[number].requires_grad_(False)
    if shared:
        layers.append(layers[-1])
    return nn.Sequential(layers[0], nn.BatchNorm1d(sizes[1]), *layers[1:])


def partial_load(load: Callable, seed: int, old: dict[str, int], new: dict[str, int]) -> dict:
    """Call `load(model, state)` with the state of `small_net(**old)` and the model `small_net(**new)`."""
    state = small_net(seed, **old).state_dict()
    state["_old_layer.weight"] = torch.ones(2, 2)
    del state["_bn0.running_mean"]
    model = small_net(seed + 1, **new)
    before = {name: tensor.clone() for name, tensor in state.items()}
    left = load(model, state)
    if not isinstance(left, list | tuple | set):
        raise Complaint(f"the answer is a {type(left).__name__}; a list of names is wanted")
    spoilt = set(state) != set(before) or any(
        not torch.equal(state[name], before[name]) for name in before
    )
    return {
        "tensors of the model": {k: v.clone() for k, v in model.state_dict().items()},
        "names not loaded": sorted(map(str, left)),
        "state as before": not spoilt,
    }


def initialised(init: Callable, inputs: int, outputs: int, kind: str) -> dict[str, Any]:
    """Call `init(layer, kind)` on a linear layer; describe how its values are spread, times √inputs."""
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.bias.add_(1)
    weight = layer.weight
    init(layer, kind)
    values = layer.weight.detach() * inputs**0.5
    return {
        "largest |w|·√n_in": values.abs().max().item(),
        "standard deviation·√n_in": values.std().item(),
        "mean·√n_in": values.mean().item(),
        "the bias is 0": bool((layer.bias == 0).all()),
        "still the same trainable parameter": layer.weight is weight and weight.requires_grad,
    }


def new_head(replace: Callable, seed: int, before: int, classes: int, x: Tensor) -> dict[str, Any]:
    """Call `replace(model, classes)` on a small network with `before` classes; look at the result."""
    model = small_net(seed, classes=before, frozen=True)
    old, kept = model._fc, {k: v.clone() for k, v in model.state_dict().items()}
    trains = {name: p.requires_grad for name, p in model.named_parameters()}
    returned = replace(model, classes)
    model.eval()
    head = model._fc
    if not isinstance(head, nn.Module):
        raise Complaint(f"`model._fc` is now a {type(head).__name__}; a layer is wanted")
    now = model.state_dict()
    trains_now = {name: p.requires_grad for name, p in model.named_parameters()}
    return {
        "shape of the scores": tuple(model(x).shape),
        "the head is one nn.Linear": type(head) is nn.Linear,
        "the head has a bias": getattr(head, "bias", None) is not None,
        "the head is new and trains": head is not old
        and all(p.requires_grad for p in head.parameters()),
        "size that the head notes": getattr(head, "out_features", None),
        "the rest is as before": all(
            name in now and torch.equal(now[name], value)
            for name, value in kept.items()
            if not name.startswith("_fc.")
        ),
        "the rest trains or rests as before": all(
            trains_now.get(name) is flag
            for name, flag in trains.items()
            if not name.startswith("_fc.")
        ),
        "returns the model": returned is model,
    }


def frozen_parts(freeze: Callable, setting: dict[str, Any], head: str) -> dict[str, Any]:
    """Call `freeze(model, head)` on a small network; return which parameters train afterwards."""
    model = small_net(**setting)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    freeze(model, head)
    after = model.state_dict()
    return {
        "trains": {name: p.requires_grad for name, p in model.named_parameters()},
        "values as before": set(after) == set(before)
        and all(torch.equal(after[name], before[name]) for name in before),
    }


class Extractor(SmallNet):
    """A small network that notes each call of it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Any]] = []

    def extract_features(self, x: Tensor) -> Tensor:
        self.seen.append({"rows": len(x), "grad": torch.is_grad_enabled(), "train": self.training})
        return super().extract_features(x)


def cache(cached: Callable, seed: int, x: Tensor, training: bool) -> dict[str, Any]:
    """Call `cached(network, x, path)` twice, as two sessions do, in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "features.pt"
        network = Extractor()
        fill(network, seed)
        network.train(training)
        first = cached(network, x.clone(), path)
        seen, is_there = list(network.seen), path.is_file()
        other = Path(folder) / "other.pt"
        cached(network, x.clone() + 1, other)
        again = Extractor()
        fill(again, seed)
        second = cached(again, x.clone(), path)
        third = cached(again, x.clone() + 1, other)
    is_tensor = isinstance(first, Tensor) and isinstance(second, Tensor)
    return {
        "features": first.detach() if isinstance(first, Tensor) else first,
        "cut off from the graph": is_tensor and not (first.requires_grad or second.requires_grad),
        "in eval mode": bool(seen) and not any(call["train"] for call in seen),
        "without recording a graph": bool(seen) and not any(call["grad"] for call in seen),
        "a file lies there": is_there,
        "rows computed at the second call": sum(call["rows"] for call in again.seen),
        "the second answer equals the first": is_tensor and torch.equal(first, second),
        "another path has features of its own": is_tensor and not torch.equal(third, second),
    }


def groups(make: Callable, setting: dict[str, Any], rates: dict[str, float]) -> dict[str, Any]:
    """Hand the groups that `make(model, rates)` returns to an optimizer; return each parameter's rate."""
    model = small_net(**setting)
    names = {parameter: name for name, parameter in model.named_parameters()}
    made = make(model, rates)
    if not isinstance(made, list) or not all(isinstance(g, dict) and "params" in g for g in made):
        raise Complaint(
            'a list of dicts is wanted, {"params": [...], "lr": ...} for each group of parameters'
        )
    # Adam and SGD check the groups in one and the same way; SGD needs no state.
    optimizer = torch.optim.SGD(made, lr=99.0)
    found = {
        names.get(parameter, "?"): group["lr"]
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    return {
        "rates": found,
        "trains": {name: parameter.requires_grad for name, parameter in model.named_parameters()},
    }


def modes(set_modes: Callable, x: Tensor, seed: int, training: bool) -> dict[str, Any]:
    """Call `set_modes(model)`; return the modes of its layers and whether a training step moves statistics."""
    model = nn.Sequential(
        nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5)),
        nn.Sequential(nn.Unflatten(1, (6, 1, 1)), nn.BatchNorm2d(6), nn.Flatten()),
        nn.Linear(6, 2),
    )
    fill(model, seed)
    model.train(training)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    trains = [p.requires_grad for p in model.parameters()]
    set_modes(model)
    found = {
        f"{name} ({type(layer).__name__})": layer.training
        for name, layer in model.named_modules()
        if not list(layer.children())
    }
    model(x)
    after = model.state_dict()
    return {
        "in train mode": found,
        "statistics as before": all(torch.equal(after[name], before[name]) for name in before),
        "parameters train as before": [p.requires_grad for p in model.parameters()] == trains,
    }


def two_part_net(inputs: int, classes: int, seed: int) -> nn.Sequential:
    """Return Sequential(backbone, head); the backbone is Linear, BatchNorm, ReLU."""
    backbone = nn.Sequential(nn.Linear(inputs, 8), nn.BatchNorm1d(8), nn.ReLU())
    net = nn.Sequential(backbone, nn.Linear(8, classes))
    fill(net, seed)
    return net


def head_training(train: Callable, seed: int, inputs: int, classes: int) -> dict[str, Any]:
    """Call `train(model, X, y, classes)` on a network with a head of another size; see what has changed."""
    generator = torch.Generator().manual_seed(seed)
    model = two_part_net(inputs, classes + 3, seed)
    X = torch.randn(60, inputs, generator=generator) * 2 + 1
    y = X[:, :classes].argmax(dim=1)
    kept = {k: v.clone() for k, v in model[0].state_dict().items()}
    torch.manual_seed(seed)
    returned = train(model, X, y, classes)
    if not isinstance(returned, nn.Sequential) or not isinstance(returned[-1], nn.Linear):
        raise Complaint("the program has to return the model, with an nn.Linear as its last layer")
    now = returned[0].state_dict()
    returned.eval()
    with torch.no_grad():
        scores = returned(X)
    right = (scores.argmax(dim=1) == y).float().mean().item() if len(scores.T) == classes else 0.0
    return {
        "the head trains": all(p.requires_grad for p in returned[-1].parameters()),
        "the head has learned": right > 1.6 / classes,
        "backbone frozen and unchanged": not any(p.requires_grad for p in returned[0].parameters())
        and all(torch.equal(now[name], kept[name]) for name in ("0.weight", "0.bias", "1.weight")),
        "statistics as before": torch.equal(now["1.running_mean"], kept["1.running_mean"])
        and torch.equal(now["1.running_var"], kept["1.running_var"]),
    }


def photo_predictions(train: Callable, pixels: Tensor, labels: Tensor, held_out: Tensor) -> Tensor:
    """Train with the learner's function; return the classes (n,) int64 it predicts for other photographs.

    `train(pixels, labels)` returns a model or a function: raw pixels (n, 3, h, w) uint8 in, scores out.
    """
    model = train(pixels, labels)
    if not callable(model):
        raise Complaint(
            f"the answer is a {type(model).__name__}; a model or a function from pixels to scores is wanted"
        )
    with torch.no_grad():
        scores = model(held_out.clone())
    if not isinstance(scores, Tensor) or scores.dim() != 2 or len(scores) != len(held_out):
        found = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise Complaint(
            f"for {len(held_out)} photographs the model gave {found}; a row of class scores for each is wanted"
        )
    return scores.argmax(dim=1)
