"""Drivers of lesson 07: small networks with a backbone and a head, and what they compute after a program had them."""

import copy
import itertools
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from helpers.checks import drivers as common
from helpers.checks.drivers import UnusableAnswer
from helpers.lessons.transfer_learning.small_networks import (
    Extractor,
    fill,
    mixed_net,
    small_net,
    two_part_net,
)


def stack(
    sizes: list[int],
    frozen: list[int],
    shared: bool = False,
    still: Sequence[str] = (),
    own: int = 0,
) -> nn.Module:
    """Return linear layers with a BatchNorm after the first; layers numbered in `frozen` do not train.

    `shared`: the last two layers are one and the same. `still`: names of single parameters that do not train, either.
    `own`: the size of a parameter that lies in the model itself.
    """
    layers = [nn.Linear(a, b) for a, b in itertools.pairwise(sizes)]
    for number in frozen:
        layers[number].requires_grad_(False)
    if shared:
        layers.append(layers[-1])
    model = nn.Sequential(layers[0], nn.BatchNorm1d(sizes[1]), *layers[1:])
    if own:
        model.register_parameter("temperature", nn.Parameter(torch.ones(own)))
    for name in still:
        model.get_parameter(name).requires_grad_(False)
    return model


def state_to_load(
    seed: int,
    old: dict[str, int],
    gone: Sequence[str],
    reshaped: Sequence[str],
    doubled: Sequence[str] = (),
) -> dict[str, Tensor]:
    """Return the state of `small_net(**old)` with a foreign tensor, without the names `gone`, with other shapes for
    those `reshaped` (transposed, if that is another one), and in float64 for those `doubled`."""
    state = small_net(seed, **old).state_dict()
    for tensor in state.values():
        if not tensor.is_floating_point():
            tensor.fill_(seed % 100 + 1)
    state["_old_layer.weight"] = torch.ones(2, 2)
    for name in gone:
        state.pop(name, None)
    for name in reshaped:
        if name in state:
            tensor = state[name]
            turned = tensor.T.contiguous() if tensor.dim() == 2 else tensor
            state[name] = turned if turned.shape != tensor.shape else torch.stack([tensor] * 2)
    return state | {name: state[name].double() for name in doubled if name in state}


def partial_load(
    load: Callable,
    seed: int,
    old: dict[str, int],
    new: dict[str, int],
    gone: Sequence[str] = ("_bn0.running_mean",),
    reshaped: Sequence[str] = (),
    doubled: Sequence[str] = (),
) -> dict[str, Any]:
    """Call `load(model, state)` with `state_to_load(…)` and the model `small_net(**new)`; then change `state`."""
    state = state_to_load(seed, old, gone, reshaped, doubled)
    lent = list(state.values())
    model = small_net(seed + 1, **new)
    left = load(model, state)
    if not isinstance(left, list | tuple | set):
        raise UnusableAnswer(f"the answer is a {type(left).__name__}; a list of names is wanted")
    seen = {
        "tensors of the model": {k: v.clone() for k, v in model.state_dict().items()},
        "names not loaded": sorted(map(str, left)),
        "state": {k: v.clone() if isinstance(v, Tensor) else v for k, v in state.items()},
    }
    with torch.no_grad():
        for tensor in lent:
            tensor.add_(1)
    return seen | {"tensors later": {k: v.clone() for k, v in model.state_dict().items()}}


def initialised(init: Callable, inputs: int, outputs: int, kind: str) -> dict[str, Any]:
    """Call `init(layer, kind)` on a linear layer; return the values in the tensors that it had before.

    "products" is what the layer's weight makes of drawn rows now, so another tensor in its place shows; and beside it
    what the weight of a second layer makes of them, which has been through the same. "slope" is the gradient of the
    sum of the products, None where none arrives.
    """
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.bias.add_(1)
    weight = layer.weight
    init(layer, kind)
    second = nn.Linear(inputs, outputs)
    init(second, kind)
    rows = drawn_rows(inputs, inputs + outputs)
    total = (rows @ layer.weight.T).sum()
    slope = torch.autograd.grad(total, layer.weight)[0] if total.requires_grad else None
    return {
        "slope": slope,
        "weight": weight.detach().half(),  # half the size, and exact enough for a spread
        "bias": layer.bias.detach().clone(),
        "products": rows @ layer.weight.T,
        "products of a second layer": (rows @ second.weight.T).detach(),
    }


def drawn_rows(columns: int, seed: int, rows: int = 2) -> Tensor:
    """Return rows (rows, columns) drawn from `seed`."""
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))


def new_head(replace: Callable, seed: int, before: int, classes: int, x: Tensor) -> dict[str, Any]:
    """Call `replace(model, classes)` on a small network with `before` classes; report what it computes now.

    Afterwards the head in place is filled with drawn values, and backward passes show which parameters train. The
    model comes in eval mode where the seed is even; the features that it makes as it was left say what it is in then.
    """
    model = small_net(seed, classes=before, frozen=True).train(seed % 2 == 1)
    old = model._fc
    returned = replace(model, classes)
    rest = _rest({k: v.clone() for k, v in model.state_dict().items()})
    left = copy.deepcopy(model).extract_features(torch.cat([x, x + 1, x * 2])).detach()
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
        "the rest": rest,
        "features as it was left": left,
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


def cache(cached: Callable, seed: int, x: Tensor, training: bool) -> dict[str, Any]:
    """Call `cached(network, x, path)` in an empty folder, for two paths; then once more as another session does.

    That session has a network with other weights and more rows, and finds the first file under another name: what it
    answers shows where the answer comes from. What its network makes of rows afterwards shows its mode. At last the
    second file is deleted.
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
        second = cached(again, torch.cat([x, x + 2]), moved)
        third = cached(again, x.clone() + 1, other)
        rows = sum(call["rows"] for call in again.seen)
        with torch.no_grad():
            touched = again.extract_features(torch.cat([x, x + 1])).mean((2, 3))
        before = len(again.seen)
        other.unlink(missing_ok=True)
        cached(again, x.clone() + 1, other)
    return {
        "first": first,
        "second": second,
        "of another path": third,
        "calls": calls,
        "files": files,
        "rows computed at the second call": rows,
        "features of the other network": touched,
        "rows computed once the file is gone": sum(c["rows"] for c in again.seen[before:]),
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


def head_task(
    seed: int, inputs: int, classes: int, missing: int = 0
) -> tuple[nn.Sequential, Tensor, Tensor]:
    """Return a network with a head of another size, rows X (60, inputs), and their classes y (60,) int64.

    The last `missing` classes have no rows.
    """
    generator = torch.Generator().manual_seed(seed)
    model = two_part_net(inputs, classes + 3, seed)
    X = torch.randn(60, inputs, generator=generator) * 2 + 1
    return model, X, X[:, : classes - missing].argmax(dim=1)


def head_training(
    train: Callable, seed: int, inputs: int, classes: int, missing: int = 0
) -> dict[str, Any]:
    """Call `train(model, X, y, classes)` on a `head_task`; report the features it trained with, and what it made."""
    model, X, y = head_task(seed, inputs, classes, missing)
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
        "scores of the model that was handed over": _scores(model, X),
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
