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
    "the network is not touched where a file lies": SECOND_TIME,
    "rows computed once the file is gone": SECOND_TIME,
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


def _touches_first(network, x, path):
    network.eval()
    return _cached(network, x, path)


def _remembers(network, x, path):
    if path not in _MEMORY:
        _MEMORY[path] = _cached(network, x, path)
    return _MEMORY[path]


def _asks_for_as_many_rows(network, x, path):
    if path.exists() and len(torch.load(path)) != len(x):
        path.unlink()
    return _cached(network, x, path)


def _cached_as(compute):
    """Features by way of a file, with another way to compute them."""

    def cached(network, x, path):
        if path.exists():
            return torch.load(path)
        network.eval()
        with torch.no_grad():
            found = compute(network, x)
        torch.save(found, path)
        return found

    return cached


def _keeps_maps(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    with torch.no_grad():
        maps = network.extract_features(x)
    torch.save(maps, path)
    return maps.mean((2, 3))


def _never_a_file(network, x, path):
    return torch.load(path)


@torch.no_grad()
def _by_decorator(network, x, path):
    if not path.exists():
        found = network.eval().extract_features(x).flatten(2).mean(-1)
        torch.save(found, path)
        return found
    with path.open("rb") as file:
        return torch.load(file)


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
        "No file lies at `path`, and yet your program finds the features again: in memory, which the next session does "
        "not have, or in a file of another name. Write them to `path` itself.",
    ),
    mistake(
        _touches_first,
        "Where a file lies, the network is not to be touched, and yours is put in eval mode. First the question for "
        "the file, then `network.eval()`.",
    ),
    mistake(
        _remembers,
        "After the file was deleted the old features still came back, from memory. The file alone decides: "
        "whoever deletes it wants them computed anew.",
    ),
    mistake(
        _asks_for_as_many_rows,
        "A file lay there, and the network was asked all the same, because the number of rows was another one. If a "
        "file lies at `path`, return what is in it.",
    ),
    mistake(
        _cached_as(lambda network, x: network.extract_features(x).amax((2, 3))),
        "That is the largest value of each map. A feature is the mean of its map: `.mean((2, 3))`.",
    ),
    mistake(
        _cached_as(lambda network, x: network.extract_features(x).sum((2, 3))),
        "That is the sum of each map. A feature is the mean of its map: `.mean((2, 3))`.",
    ),
    mistake(
        _cached_as(lambda network, x: network.extract_features(x).mean((1, 2))),
        "You took the mean over the maps and their rows. The maps have the shape (n, d, h, w), and d is to stay: "
        "height and width are the axes 2 and 3.",
    ),
    mistake(
        _cached_as(lambda network, x: network.extract_features(x).mean((2, 3), keepdim=True)),
        "`keepdim=True` leaves (n, d, 1, 1). A table (n, d) is wanted.",
    ),
    mistake(
        _caches_maps,
        "These are the whole maps, (n, d, h, w). The mean over height and width is missing: `.mean((2, 3))`.",
    ),
    mistake(
        _caches_scores,
        "These are the scores of the head. The features come before it: `network.extract_features(x).mean((2, 3))`.",
    ),
    mistake(
        _keeps_maps,
        "The first call returns the means, but the file holds the maps, and the second call returns those. "
        "Save what you return.",
    ),
    mistake(
        _detaches_late,
        "Recording was not switched off while the network worked. `detach()` comes too late, when all the maps are "
        "held already, and freezing the parameters changes the network for good. Compute under `torch.no_grad()`.",
    ),
    mistake(
        _never_a_file,
        "The first call looks for a file that is not there yet. A path is always true: ask `path.exists()`.",
    ),
]
alternatives = [_try_first, _in_parts, _by_decorator]
also_wrong = [
    _fixed_file,
]
hints = [
    "Begin with the short way out: if `path.exists()`, load and return.",
    "Otherwise `network.eval()`, then the features under `torch.no_grad()`: "
    "`network.extract_features(x).mean((2, 3))`.",
    "`torch.save(features, path)` writes the file, `torch.load(path)` reads it.",
]
