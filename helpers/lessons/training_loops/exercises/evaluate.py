"""Return the mean loss per sample and the accuracy of a classifier, and leave no trace behind."""

import copy

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, mistake
from helpers.lessons.training_loops import drivers
from helpers.lessons.training_loops.exercises import _conclusions as conclusions
from helpers.lessons.training_loops.exercises._common import _accuracy, _evaluate


def _evaluate_like(**changes):
    return lambda model, loader, loss_function: _evaluate(model, loader, loss_function, **changes)


kind = FunctionExercise
LOSS_ACCURACY = "loss and accuracy are right"
MODEL_WORKS = "the model works in eval mode"
NO_GRAPH = "no graph is recorded"
MODE_PUT = "the mode is put back"
requirements = {
    LOSS_ACCURACY: 1,
    MODEL_WORKS: 1,
    NO_GRAPH: 0.5,
    MODE_PUT: 0.5,
}
parts = {
    "loss and accuracy": LOSS_ACCURACY,
    "both are Python floats": LOSS_ACCURACY,
    "always in eval mode": MODEL_WORKS,
    "never recording a graph": NO_GRAPH,
    "graphs are recorded again afterwards": NO_GRAPH,
    "its parameters still take gradients": NO_GRAPH,
    "mode as before": MODE_PUT,
}
driver = drivers.evaluation
conclude = conclusions.evaluation
seconds = 2


def inputs(draw):
    yield {"samples": 10, "batch": 4, "model.training": True, "seed": 1}
    yield {"samples": 9, "batch": 4, "model.training": False, "seed": 2}
    yield {"samples": 7, "batch": 3, "model.training": True, "seed": 3, "loss": "MultiMarginLoss"}
    yield {
        "samples": draw.choice([7, 11, 13]),
        "batch": 5,
        "model.training": draw.choice([True, False]),
        "seed": draw.integer(0, 100_000),
    }


def reference(model, loader, loss_function):
    return _evaluate(model, loader, loss_function)


def _at_once(model, loader, loss_function):
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        scores = torch.cat([model(X) for X, _ in loader])
        y = torch.cat([y for _, y in loader])
        result = loss_function(scores, y).item(), (scores.argmax(1) == y).float().mean().item()
    if was_training:
        model.train()
    return result


@torch.no_grad()
def _decorated(model, loader, loss_function):
    mode, loss, hits = model.training, 0.0, 0.0
    model.train(False)
    for X, y in loader:
        out = model(X)
        loss += len(y) * float(loss_function(out, y))
        hits += float((out.max(dim=1).indices == y).sum())
    model.train(mode)
    return loss / len(loader.dataset), hits / len(loader.dataset)


def _hits(model, loader, loss_function):
    loss, share = _evaluate(model, loader, loss_function)
    return loss, round(share * len(loader.dataset))


def _last_batch(model, loader, loss_function):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for X, y in loader:
            scores, last = model(X), y
    model.train(was_training)
    return loss_function(scores, last).item(), _accuracy(scores.argmax(dim=1), last)


def _in_tensors(model, loader, loss_function):
    loss, share = _evaluate(model, loader, loss_function)
    return loss, torch.tensor(share)


@torch.inference_mode()
def _evaluate_by_sample(model, loader, loss_function):
    modes = {m: m.training for m in model.modules()}
    model.eval()
    losses, hits = [], []
    for X, y in loader:
        out = model(X)
        losses += [
            loss_function(one[None], target[None]).item()
            for one, target in zip(out, y, strict=True)
        ]
        hits += (out.argmax(1) == y).tolist()
    for module, mode in modes.items():
        module.training = mode
    return sum(losses) / len(losses), sum(hits) / len(hits)


def _evaluate_top_only(model, loader, loss_function):
    before = model.training
    model.training = False
    result = _plain_evaluation(model, loader, loss_function)
    model.training = before
    return result


@torch.no_grad()
def _plain_evaluation(model, loader, loss_function):
    loss, hits, samples = 0.0, 0, 0
    for X, y in loader:
        out = model(X)
        loss += loss_function(out, y).item() * len(X)
        hits += (out.argmax(dim=1) == y).sum().item()
        samples += len(X)
    return loss / samples, hits / samples


def _evaluate_last_batch(model, loader, loss_function):
    before = model.training
    model.eval()
    *_, last = loader
    result = _plain_evaluation(model, [last], loss_function)
    model.train(before)
    return result


def _evaluate_turned(model, loader, loss_function):
    return _evaluate_by_sample(model, loader, loss_function)[::-1]


def _evaluate_with_tensors(model, loader, loss_function):
    return torch.tensor(_evaluate_by_sample(model, loader, loss_function))


def _evaluate_frozen(model, loader, loss_function):
    before = model.training
    model.eval()
    model.requires_grad_(False)
    loss, hits, samples = 0.0, 0, 0
    for X, y in loader:
        out = model(X)
        loss += loss_function(out, y).item() * len(X)
        hits += (out.argmax(dim=1) == y).sum().item()
        samples += len(X)
    model.train(before)
    return loss / samples, hits / samples


def _evaluate_switching_off(model, loader, loss_function):
    result = _evaluate(model, loader, loss_function)
    torch.set_grad_enabled(False)
    return result


def _evaluate_with_cross_entropy(model, loader, loss_function):
    return _evaluate(model, loader, F.cross_entropy)


def _loss_over_batches(model, loader, loss_function):
    share = _evaluate(model, loader, loss_function)[1]
    return _evaluate(model, loader, loss_function, average="batches")[0], share


def _share_over_batches(model, loader, loss_function):
    loss = _evaluate(model, loader, loss_function)[0]
    return loss, _evaluate(model, loader, loss_function, average="batches")[1]


def _loss_of_probabilities(model, loader, loss_function):
    return _evaluate(model, loader, lambda scores, y: loss_function(scores.softmax(dim=1), y))


def _sum_of_losses(model, loader, loss_function):
    loss, share = _loss_over_batches(model, loader, loss_function)
    return loss * len(loader), share


def _sum_over_samples(model, loader, loss_function):
    loss, share = _sum_of_losses(model, loader, loss_function)
    return loss / len(loader.dataset), share


def _best_rows(model, loader, loss_function):
    """Ask in each column for the best row, and pair what comes out with the labels."""
    loss = _evaluate(model, loader, loss_function)[0]
    was_training, hits = model.training, 0
    model.eval()
    with torch.no_grad():
        for X, y in loader:
            hits += sum(int(a == b) for a, b in zip(model(X).argmax(dim=0), y, strict=False))
    model.train(was_training)
    return loss, hits / len(loader.dataset)


def _best_rows_at_once(model, loader, loss_function):
    was_training, hits = model.training, 0
    model.eval()
    with torch.no_grad():
        for X, y in loader:
            hits += (model(X).argmax(dim=0) == y).sum().item()
    model.train(was_training)
    return _evaluate(model, loader, loss_function)[0], hits / len(loader.dataset)


def _evaluate_a_copy(model, loader, loss_function):
    return _plain_evaluation(copy.deepcopy(model).eval(), loader, loss_function)


mistakes = [
    mistake(
        _evaluate_like(mode="as it is"),
        "The model stayed in the mode it came in: dropout kept striking units out, and BatchNorm kept "
        "changing its statistics. `model.eval()` before the loop, with its parentheses. "
        "(`model.training = False` does not reach the layers inside.)",
    ),
    mistake(
        _evaluate_like(grad=True),
        "Right numbers, but torch recorded a graph for each batch. Wrap the loop in "
        "`with torch.no_grad():`.",
    ),
    mistake(
        _evaluate_like(back="train"),
        "A model that came in eval mode is in train mode now. Keep `was_training = model.training` and "
        "end with `model.train(was_training)`.",
    ),
    mistake(
        _evaluate_like(back="not"),
        "The model is left in eval mode, and whoever goes on training it trains without dropout. "
        "Note `model.training` before you call `eval()`, and put that back.",
    ),
    mistake(
        _evaluate_like(average="batches"),
        "You average over batches; the last one is smaller. Count hits and losses by sample.",
    ),
    mistake(_evaluate_like(percent=100), "The accuracy is a share from 0 to 1, not per cent."),
    mistake(
        _hits,
        "The accuracy is a share: divide the number of right answers by the number of samples.",
    ),
    mistake(
        lambda model, loader, loss_function: _evaluate(model, loader, loss_function)[::-1],
        "The two numbers have changed places: the loss comes first, then the accuracy.",
    ),
    mistake(
        _last_batch,
        "That is the last batch alone. Add up losses and hits inside the loop, over all batches.",
    ),
    mistake(
        _in_tensors,
        "A tensor comes back. Python floats are asked for: `.item()` takes the number out.",
    ),
    mistake(
        _loss_over_batches,
        "The loss is a mean over batches, so a sample of the smaller last batch counts more than the others. Weigh "
        "each batch's loss with its size. (The accuracy is right.)",
    ),
    mistake(
        _share_over_batches,
        "The accuracy is a mean over batches, and the last one is smaller. Count the hits, and divide once by the "
        "number of samples. (The loss is right.)",
    ),
    mistake(
        _loss_of_probabilities,
        "The loss gets probabilities. It wants the scores as the model gives them: cross-entropy has a softmax of its "
        "own.",
    ),
    mistake(
        _sum_of_losses,
        "You add up the losses of the batches and do not divide. The mean loss per sample is asked for.",
    ),
    mistake(
        _sum_over_samples,
        "Each batch's loss is already a mean over its samples. Multiply it with `len(X)` before you add, and then "
        "divide by the number of samples.",
    ),
    mistake(
        _best_rows,
        "`argmax(dim=0)` asks for the best row of each column. A row holds one sample's scores: along it, `dim=1`, "
        "lies the class.",
    ),
    mistake(
        _best_rows_at_once,
        "Your predictions are not one for each sample: `argmax` is to go along the classes, `dim=1`, not along the "
        "samples.",
    ),
    mistake(
        _evaluate_with_cross_entropy,
        "You always take cross-entropy. The caller hands a loss over, and it may be another one.",
    ),
    mistake(
        _evaluate_switching_off,
        "After your function torch records no graphs any more, and no training is possible. `with torch.no_grad():` "
        "switches them on again at its end.",
    ),
    mistake(
        _evaluate_frozen,
        "The parameters no longer take gradients when you are done, and the model cannot be trained on. Leave them, "
        "and wrap the loop in `with torch.no_grad():`.",
    ),
]
alternatives = [
    _at_once,
    _decorated,
    _evaluate_by_sample,
    _evaluate_a_copy,
]
also_wrong = [
    _evaluate_top_only,
    _evaluate_last_batch,
    _evaluate_turned,
    _evaluate_with_tensors,
]
hints = [
    "Remember `model.training` first. Then `model.eval()`, and the loop under `torch.no_grad()`.",
    "Hits of a batch: `(scores.argmax(dim=1) == y).sum().item()`. Loss of a batch: times `len(X)`.",
    "Divide both sums by the number of samples; `model.train(was_training)` before you return.",
]
