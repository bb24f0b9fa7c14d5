"""Drivers of lesson 07: small networks with a backbone and a head, and what they compute after a program had them."""

import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks import drivers as common
from helpers.checks.drivers import UnusableAnswer


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


def state_to_load(
    seed: int, old: dict[str, int], gone: Sequence[str], reshaped: Sequence[str]
) -> dict[str, Tensor]:
    """Return the state of `small_net(**old)` with a foreign tensor, without the names `gone`, and with other shapes
    for those `reshaped`."""
    state = small_net(seed, **old).state_dict()
    state["_old_layer.weight"] = torch.ones(2, 2)
    for name in gone:
        state.pop(name, None)
    for name in reshaped:
        if name in state:
            state[name] = torch.stack([state[name]] * 2)
    return state


def partial_load(
    load: Callable,
    seed: int,
    old: dict[str, int],
    new: dict[str, int],
    gone: Sequence[str] = ("_bn0.running_mean",),
    reshaped: Sequence[str] = (),
) -> dict[str, Any]:
    """Call `load(model, state)` with `state_to_load(…)` and the model `small_net(**new)`."""
    state = state_to_load(seed, old, gone, reshaped)
    model = small_net(seed + 1, **new)
    left = load(model, state)
    if not isinstance(left, list | tuple | set):
        raise UnusableAnswer(f"the answer is a {type(left).__name__}; a list of names is wanted")
    return {
        "tensors of the model": {k: v.clone() for k, v in model.state_dict().items()},
        "names not loaded": sorted(map(str, left)),
        "state": dict(state),
    }


def initialised(init: Callable, inputs: int, outputs: int, kind: str) -> dict[str, Any]:
    """Call `init(layer, kind)` on a linear layer; return the values in the tensors that it had before.

    "products" is what the layer's weight makes of drawn rows now, so another tensor in its place shows.
    """
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.bias.add_(1)
    weight = layer.weight
    init(layer, kind)
    return {
        "weight": weight.detach().half(),  # half the size, and exact enough for a spread
        "bias": layer.bias.detach().clone(),
        "products": drawn_rows(inputs, inputs + outputs) @ layer.weight.T,
    }


def drawn_rows(columns: int, seed: int, rows: int = 2) -> Tensor:
    """Return rows (rows, columns) drawn from `seed`."""
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))


def new_head(replace: Callable, seed: int, before: int, classes: int, x: Tensor) -> dict[str, Any]:
    """Call `replace(model, classes)` on a small network with `before` classes; report what it computes now.

    Afterwards the head in place is filled with drawn values, and backward passes show which parameters train.
    """
    model = small_net(seed, classes=before, frozen=True)
    old = model._fc
    returned = replace(model, classes)
    model.eval()
    head = model._fc
    if not isinstance(head, nn.Module):
        raise UnusableAnswer(f"`model._fc` is now a {type(head).__name__}; a layer is wanted")
    scores = model(x)
    fill(head, seed + 1)
    filled, features = model(x), model.extract_features(x)
    slopes = common.slopes(model, filled)
    return {
        "scores": scores.detach(),
        "kind of the head": type(head).__name__,
        "size that the head notes": getattr(head, "out_features", None),
        "scores with a filled head": filled.detach(),
        "slopes of the head": {k: v for k, v in slopes.items() if k.startswith("_fc.")},
        "slopes of the rest": _rest(common.slopes(model, features)),
        "the rest": _rest({k: v.clone() for k, v in model.state_dict().items()}),
        "old weight": old.weight.detach().clone(),
        "scores of what came back": _scores(returned, x),
    }


def _rest(named: dict[str, Any]) -> dict[str, Any]:
    return {name: thing for name, thing in named.items() if not name.startswith("_fc.")}


def _scores(model: Any, x: Tensor) -> Any:
    """Return what a model says in eval mode, or None for what is none."""
    if not isinstance(model, nn.Module):
        return None
    try:
        return model.eval()(x).detach()
    except Exception:  # the learner's own model
        return None


def trained_parts(model: nn.Module, seed: int) -> dict[str, Any]:
    """Return a model's state and the slopes of its scores for drawn rows: None where a parameter does not train."""
    state = {k: v.clone() for k, v in model.state_dict().items()}
    return {"state": state, "slopes": common.slopes(model, model.eval()(drawn_rows(3, seed)))}


def frozen_parts(freeze: Callable, setting: dict[str, Any], head: str) -> dict[str, Any]:
    """Call `freeze(model, head)` on a small network; report what `trained_parts` sees afterwards."""
    model = small_net(**setting)
    freeze(model, head)
    return trained_parts(model, setting["seed"])


class Extractor(SmallNet):
    """A small network that notes each call of it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Any]] = []

    def extract_features(self, x: Tensor) -> Tensor:
        mode = "train" if self.training else "eval"
        graph = "recorded" if torch.is_grad_enabled() else "none"
        self.seen.append({"rows": len(x), "graph": graph, "mode": mode})
        return super().extract_features(x)


def cache(cached: Callable, seed: int, x: Tensor, training: bool) -> dict[str, Any]:
    """Call `cached(network, x, path)` in an empty folder, for two paths; then once more as another session does.

    That session has a network with other weights, and finds the first file under another name: what it answers
    shows where the answer comes from.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, other = Path(folder) / "features.pt", Path(folder) / "other.pt"
        moved = Path(folder) / "moved.pt"
        network, again = Extractor(), Extractor()
        fill(network, seed)
        fill(again, seed + 1)
        network.train(training)
        first = cached(network, x.clone(), path)
        calls, files = list(network.seen), sorted(f.name for f in Path(folder).iterdir())
        cached(network, x.clone() + 1, other)
        if path.is_file():
            path.rename(moved)
        second = cached(again, x.clone(), moved)
        third = cached(again, x.clone() + 1, other)
    return {
        "first": first,
        "second": second,
        "of another path": third,
        "calls": calls,
        "files": files,
        "rows computed at the second call": sum(call["rows"] for call in again.seen),
    }


def groups(make: Callable, setting: dict[str, Any], rates: dict[str, float]) -> dict[str, Any]:
    """Hand the groups that `make(model, rates)` returns to an optimizer; return each parameter's rate."""
    model = small_net(**setting)
    names = {parameter: name for name, parameter in model.named_parameters()}
    made = make(model, rates)
    if not isinstance(made, list) or not all(isinstance(g, dict) and "params" in g for g in made):
        raise UnusableAnswer(
            'a list of dicts is wanted, {"params": [...], "lr": ...} for each group of parameters'
        )
    # Adam and SGD check the groups in one and the same way; SGD needs no state.
    optimizer = torch.optim.SGD(made, lr=99.0)
    found = {
        names.get(parameter, "?"): group["lr"]
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    return {"rates": found} | trained_parts(model, setting["seed"])


def mixed_net(seed: int) -> nn.Sequential:
    """Return a network 3 → 2 with both sorts of BatchNorm and a dropout, some of them nested, filled from `seed`."""
    model = nn.Sequential(
        nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5)),
        nn.Sequential(nn.Unflatten(1, (6, 1, 1)), nn.BatchNorm2d(6), nn.Flatten()),
        nn.Linear(6, 2),
    )
    fill(model, seed)
    return model


def leaves(model: nn.Module) -> dict[str, nn.Module]:
    """Return the layers of a model that hold no others, by name."""
    return {name: m for name, m in model.named_modules() if not list(m.children())}


def modes(set_modes: Callable, x: Tensor, seed: int, training: bool) -> dict[str, Any]:
    """Call `set_modes(model)` on a `mixed_net`; then report what each layer makes of `x`, and what has moved."""
    model = mixed_net(seed)
    model.train(training)
    set_modes(model)
    found = {name: "train" if layer.training else "eval" for name, layer in leaves(model).items()}
    outputs: dict[str, Tensor] = {}
    for name, layer in leaves(model).items():
        layer.register_forward_hook(
            lambda _, __, output, name=name: outputs.__setitem__(name, output.detach().clone())
        )
    slopes = common.slopes(model, model(x))
    state = {k: v.clone() for k, v in model.state_dict().items()}
    return {"modes": found, "outputs": outputs, "state": state, "slopes": slopes}


def two_part_net(inputs: int, classes: int, seed: int) -> nn.Sequential:
    """Return Sequential(backbone, head); the backbone is Linear, BatchNorm, ReLU."""
    backbone = nn.Sequential(nn.Linear(inputs, 8), nn.BatchNorm1d(8), nn.ReLU())
    net = nn.Sequential(backbone, nn.Linear(8, classes))
    fill(net, seed)
    return net


def head_task(seed: int, inputs: int, classes: int) -> tuple[nn.Sequential, Tensor, Tensor]:
    """Return a network with a head of another size, rows X (60, inputs), and their classes y (60,) int64."""
    generator = torch.Generator().manual_seed(seed)
    model = two_part_net(inputs, classes + 3, seed)
    X = torch.randn(60, inputs, generator=generator) * 2 + 1
    return model, X, X[:, :classes].argmax(dim=1)


def head_training(train: Callable, seed: int, inputs: int, classes: int) -> dict[str, Any]:
    """Call `train(model, X, y, classes)` on a `head_task`; report the features it trained with, and what it made."""
    model, X, y = head_task(seed, inputs, classes)
    features: list[Tensor] = []
    watch = model[0][-1].register_forward_hook(lambda *call: features.append(call[-1].detach()))
    torch.manual_seed(seed)
    returned = train(model, X.clone(), y.clone(), classes)
    watch.remove()
    if not isinstance(returned, nn.Sequential) or not isinstance(returned[-1], nn.Linear):
        raise UnusableAnswer(
            "the program has to return the model, with an nn.Linear as its last layer"
        )
    state = {k: v.clone() for k, v in returned.state_dict().items()}
    slopes = common.slopes(returned, returned.eval()(X))
    return {
        "first features": features[0] if features else None,
        "last features": features[-1] if features else None,
        "state": state,
        "slopes": slopes,
    }


def photo_predictions(train: Callable, pixels: Tensor, labels: Tensor, *held_out: Tensor) -> Tensor:
    """Train with the learner's function; return the classes (n,) int64 it predicts for other photographs.

    `train(pixels, labels)` returns a model or a function: raw pixels (n, 3, h, w) uint8 in, scores out.
    """
    model = train(pixels, labels)
    if not callable(model):
        raise UnusableAnswer(
            f"the answer is a {type(model).__name__}; a model or a function from pixels to scores is wanted"
        )
    with torch.no_grad():
        photographs = torch.cat(held_out)
        scores = model(photographs.clone())
    if not isinstance(scores, Tensor) or scores.dim() != 2 or len(scores) != len(photographs):
        found = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise UnusableAnswer(
            f"for {len(photographs)} photographs the model gave {found}; a row of class scores for each is wanted"
        )
    return scores.argmax(dim=1)
