"""Return a network's features of a batch: computed the first time, read from a file ever after."""

import os

import torch

from helpers.checks.exercise import FunctionExercise, mistake
from helpers.lessons.transfer_learning import drivers
from helpers.lessons.transfer_learning.exercises import _conclusions as conclusions
from helpers.lessons.transfer_learning.exercises._common import _features


def _cached(network, x, path, *, evaluates=True, graph=False, saves=True, loads=True):
    """Features by way of a file, taken apart so that wrong ones differ in one place."""
    if loads and os.path.exists(path):
        return torch.load(path)
    if evaluates:
        network.eval()
    with torch.set_grad_enabled(graph):
        features = _features(network, x)
    if saves:
        torch.save(features, path)
    return features


def _cached_like(**changes):
    return lambda network, x, path: _cached(network, x, path, **changes)


_MEMORY: dict = {}

kind = FunctionExercise
RIGHT_FEATURES = "right features, in eval mode"
NO_GRAPH = "no graph is recorded"
SECOND_TIME = "the second time they come from the file"
requirements = {
    RIGHT_FEATURES: 1,
    NO_GRAPH: 1,
    SECOND_TIME: 1,
}
parts = {
    "features": RIGHT_FEATURES,
    "in eval mode": RIGHT_FEATURES,
    "cut off from the graph": NO_GRAPH,
    "without recording a graph": NO_GRAPH,
    "a file lies there": SECOND_TIME,
    "rows computed at the second call": SECOND_TIME,
    "the second answer equals the first": SECOND_TIME,
    "another path has features of its own": SECOND_TIME,
}
driver = drivers.cache
conclude = conclusions.cache


def inputs(draw):
    yield 1, torch.tensor([[0.5, -1.5, 2.5], [1.0, 0.3, -0.7]]), False
    yield 2, draw.normal(5, 3), True
    yield draw.integer(0, 10_000), draw.normal(1, 3), False


def reference(network, x, path):
    return _cached(network, x, path)


def _try_first(network, x, path):
    try:
        return torch.load(path, weights_only=True)
    except FileNotFoundError:
        network.eval()
    with torch.inference_mode():
        features = _features(network, x)
    torch.save({"features": features}["features"], path)
    return features


def _in_parts(network, x, path):
    if not path.is_file():
        network.train(False)
        with torch.no_grad():
            parts = [_features(network, part) for part in x.split(2)]
        torch.save(torch.cat(parts), str(path))
    return torch.load(str(path))


def _kept_in_memory(network, x, path):
    memory = _MEMORY
    if path not in memory:
        network.eval()
        with torch.no_grad():
            memory[path] = _features(network, x)
    return memory[path]


def _returns_what_save_returns(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    with torch.no_grad():
        return torch.save(_features(network, x), path)


def _caches_maps(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    with torch.no_grad():
        maps = network.extract_features(x)
    torch.save(maps, path)
    return maps


def _caches_scores(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    with torch.no_grad():
        scores = network(x)
    torch.save(scores, path)
    return scores


def _fixed_file(network, x, path):
    file = path.parent / "my_features.pt"
    if file.exists():
        return torch.load(file)
    network.eval()
    with torch.no_grad():
        found = network.extract_features(x).mean((2, 3))
    torch.save(found, file)
    return found


def _detaches_late(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    found = network.extract_features(x).mean((2, 3)).detach()
    torch.save(found, path)
    return found


mistakes = [
    mistake(
        _returns_what_save_returns,
        "The first call returns None, which is what `torch.save` returns. Save, then return the features.",
    ),
    mistake(
        _cached_like(evaluates=False),
        "The network was in train mode: BatchNorm used the batch's own statistics. "
        "`network.eval()` before the features.",
    ),
    mistake(
        _cached_like(graph=True),
        "The features carry their whole graph along, and with it every intermediate. "
        "Compute them under `torch.no_grad()`.",
    ),
    mistake(
        _cached_like(saves=False),
        "Nothing was written. `torch.save(features, path)` after computing them.",
    ),
    mistake(
        _cached_like(loads=False),
        "The file is written, but never read. If it is there, `return torch.load(path)` at once.",
    ),
    mistake(
        _kept_in_memory,
        "That keeps them in memory, and the next session starts from nothing. Write a file at `path`.",
    ),
]
alternatives = [_try_first, _in_parts]
also_wrong = [
    _caches_maps,
    _caches_scores,
    _fixed_file,
    _detaches_late,
]
hints = [
    "Begin with the short way out: if `path.exists()`, load and return.",
    "Otherwise `network.eval()`, then the features under `torch.no_grad()`: "
    "`network.extract_features(x).mean((2, 3))`.",
    "`torch.save(features, path)` writes the file, `torch.load(path)` reads it.",
]
