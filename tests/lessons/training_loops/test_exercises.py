"""Answers to lesson 06 that learners really write, beside the declared ones: right ones pass, wrong ones do not."""

import copy
import io
import itertools
import os

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import Dataset, TensorDataset

from helpers.lessons.training_loops import check


def verdict(name, answer):
    return getattr(check, name)(answer, hidden=True)


def full(name):
    return getattr(check, name).exercise.points


# Right answers in unusual forms.


class PairsAsTensorDataset(TensorDataset):
    def __init__(self, limit):
        numbers = torch.arange(limit).float()
        first, second = torch.meshgrid(numbers, numbers, indexing="ij")
        pairs = torch.stack([first.flatten(), second.flatten()], dim=1)
        super().__init__(pairs, pairs.sum(1, keepdim=True))


class PairsByProduct(Dataset):
    def __init__(self, limit):
        self.pairs = list(itertools.product(range(limit), repeat=2))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        x = torch.tensor(self.pairs[i]).float()
        return [x, x.sum().reshape(1)]


def scaled_by_column(train, validation, test):
    tables = [table.clone() for table in (train, validation, test)]
    for column in range(train.shape[1]):
        mean, std = train[:, column].mean().item(), train[:, column].std().item()
        for table in tables:
            table[:, column] = (table[:, column] - mean) / (std or 1.0)
    return tables


def step_with_closure(model, loss_function, optimizer, X, Y):
    def closure():
        model.zero_grad()
        loss = loss_function(model(X), Y)
        loss.backward()
        return loss

    return float(optimizer.step(closure).detach())


def fit_with_lists(model, loader, loss_function, optimizer, epochs):
    model.train()
    epochs_losses = []
    while len(epochs_losses) < epochs:
        pairs = []
        for X, Y in loader:
            pairs.append((step_with_closure(model, loss_function, optimizer, X, Y), Y.shape[0]))
        epochs_losses.append(sum(loss * n for loss, n in pairs) / sum(n for _, n in pairs))
    return epochs_losses


@torch.inference_mode()
def evaluate_by_sample(model, loader, loss_function):
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


def confusion_by_scatter(labels, predictions, classes):
    table = torch.zeros(classes, classes, dtype=torch.long)
    return table.index_put_((labels, predictions), torch.tensor(1), accumulate=True)


def confusion_by_masks(labels, predictions, classes):
    rows = [
        [int(((labels == i) & (predictions == j)).sum()) for j in range(classes)]
        for i in range(classes)
    ]
    return torch.tensor(rows)


class StopperWithFile:
    def __init__(self, patience):
        self.patience, self.history = patience, []

    def step(self, validation_loss, model):
        if all(validation_loss < loss for loss in self.history):
            self.file = io.BytesIO()
            torch.save(model.state_dict(), self.file)
        self.history.append(validation_loss)
        recent = self.history[-self.patience :]
        return len(self.history) > self.patience and min(recent) >= min(
            self.history[: -self.patience]
        )

    def restore(self, model):
        self.file.seek(0)
        model.load_state_dict(torch.load(self.file))


def checkpoints_with_a_seed_for_each_epoch(model, loader, loss_function, optimizer, epochs, path):
    start = 0
    if os.path.exists(path):
        start, weights, state = torch.load(path)
        model.load_state_dict(weights)
        optimizer.load_state_dict(state)
    for epoch in range(start, epochs):
        model.train()
        torch.manual_seed(epoch)
        for X, Y in loader:
            step_with_closure(model, loss_function, optimizer, X, Y)
        torch.save((epoch + 1, model.state_dict(), optimizer.state_dict()), path)


class Nearest(nn.Module):
    """A classifier without weights: votes of the nearest training rows."""

    def __init__(self, X, y):
        super().__init__()
        self.std = X.std(dim=0) + 1
        self.X, self.votes = X / self.std, F.one_hot(y).float()

    def forward(self, rows):
        near = torch.cdist(rows / self.std, self.X).topk(5, largest=False).indices
        return self.votes[near].mean(dim=1)


RIGHT = [
    ("PairSums", PairsAsTensorDataset),
    ("PairSums", PairsByProduct),
    ("scale_splits", scaled_by_column),
    ("training_step", step_with_closure),
    ("fit", fit_with_lists),
    ("evaluate", evaluate_by_sample),
    ("confusion", confusion_by_scatter),
    ("confusion", confusion_by_masks),
    ("EarlyStopping", StopperWithFile),
    ("train_with_checkpoints", checkpoints_with_a_seed_for_each_epoch),
    ("train_classifier", lambda X, y: Nearest(X, y)),
    ("iterations", {"A": 100.0, "B": torch.tensor(29), "C": 5, "D": 560}),
    (
        "diagnosis",
        {
            "A": "Rate too low",
            "B": "overfits ",
            "C": "RATE TOO HIGH",
            "D": "healthy",
            "E": "too small",
        },
    ),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_an_unusual_right_answer_reaches_all_points(name, answer):
    found = verdict(name, answer)
    assert found.points == full(name), str(found)


# Wrong answers.


class PairsFromOne(PairsByProduct):
    def __init__(self, limit):
        self.pairs = list(itertools.product(range(1, limit + 1), repeat=2))


class PairsWithoutOrder(PairsByProduct):
    def __init__(self, limit):
        self.pairs = list(itertools.combinations_with_replacement(range(limit), 2))


class PairsByChance(PairsByProduct):
    def __getitem__(self, i):
        x = torch.randint(0, 100, (2,)).float()
        return x, x.sum().reshape(1)


class PairsAsRows(PairsByProduct):
    def __getitem__(self, i):
        x = torch.tensor([self.pairs[i]]).float()
        return x, x.sum().reshape(1, 1)


class PairsWithoutDataset:
    __init__, __len__, __getitem__ = (
        PairsByProduct.__init__,
        PairsByProduct.__len__,
        PairsByProduct.__getitem__,
    )


def scaled_without_nan(train, validation, test):
    mean, std = train.mean(0), train.std(0)
    return tuple(torch.nan_to_num((t - mean) / std) for t in (train, validation, test))


def scaled_to_the_unit_interval(train, validation, test):
    low, high = train.amin(0), train.amax(0)
    return tuple((t - low) / (high - low).clamp(min=1) for t in (train, validation, test))


def scaled_in_place(train, validation, test):
    mean, std = train.mean(0), train.std(0)
    std[std == 0] = 1
    return tuple(t.sub_(mean).div_(std) for t in (train, validation, test))


def two_steps(model, loss_function, optimizer, X, Y):
    step_with_closure(model, loss_function, optimizer, X, Y)
    return step_with_closure(model, loss_function, optimizer, X, Y)


def own_optimizer(model, loss_function, optimizer, X, Y):
    return step_with_closure(
        model, loss_function, torch.optim.SGD(model.parameters(), lr=0.1), X, Y
    )


def turned_loss(model, loss_function, optimizer, X, Y):
    return step_with_closure(
        model, lambda output, target: loss_function(target, output), optimizer, X, Y
    )


def without_a_graph(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    with torch.no_grad():
        loss = loss_function(model(X), Y)
    optimizer.step()
    return loss.item()


def zero_after_backward(model, loss_function, optimizer, X, Y):
    loss = loss_function(model(X), Y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


def step_before_backward(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    optimizer.step()
    loss.backward()
    return loss.item()


def fit_one_step_an_epoch(model, loader, loss_function, optimizer, epochs):
    history = []
    for _ in range(epochs):
        model.train()
        optimizer.zero_grad()
        total, count = 0.0, 0
        for X, Y in loader:
            loss = loss_function(model(X), Y)
            loss.backward()
            total, count = total + loss.item() * len(X), count + len(X)
        optimizer.step()
        history.append(total / count)
    return history


def fit_with_full_last_batch(model, loader, loss_function, optimizer, epochs):
    model.train()
    history = []
    for _ in range(epochs):
        total = sum(
            step_with_closure(model, loss_function, optimizer, X, Y) * loader.batch_size
            for X, Y in loader
        )
        history.append(total / len(loader.dataset))
    return history


def fit_measured_afterwards(model, loader, loss_function, optimizer, epochs):
    model.train()
    history = []
    for _ in range(epochs):
        for X, Y in loader:
            step_with_closure(model, loss_function, optimizer, X, Y)
        with torch.no_grad():
            X, Y = loader.dataset.tensors
            history.append(loss_function(model(X), Y).item())
    return history


def fit_with_tensors(model, loader, loss_function, optimizer, epochs):
    return [
        torch.tensor(h) for h in fit_with_lists(model, loader, loss_function, optimizer, epochs)
    ]


def fit_leaving_eval(model, loader, loss_function, optimizer, epochs):
    history = fit_with_lists(model, loader, loss_function, optimizer, 1)
    model.eval()
    for _ in range(epochs - 1):
        history += [0.0]
        for X, Y in loader:
            step_with_closure(model, loss_function, optimizer, X, Y)
    return history


def evaluate_top_only(model, loader, loss_function):
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


def evaluate_last_batch(model, loader, loss_function):
    before = model.training
    model.eval()
    *_, last = loader
    result = _plain_evaluation(model, [last], loss_function)
    model.train(before)
    return result


def evaluate_turned(model, loader, loss_function):
    return evaluate_by_sample(model, loader, loss_function)[::-1]


def evaluate_with_tensors(model, loader, loss_function):
    return torch.tensor(evaluate_by_sample(model, loader, loss_function))


def evaluate_frozen(model, loader, loss_function):
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


def confusion_of_seen_classes(labels, predictions, classes):
    return confusion_by_scatter(labels, predictions, int(max(labels.max(), predictions.max())) + 1)


def confusion_of_ones(labels, predictions, classes):
    table = torch.zeros(classes, classes, dtype=torch.long)
    table[labels, predictions] = 1
    return table


def confusion_of_errors(labels, predictions, classes):
    return confusion_by_scatter(labels, predictions, classes).fill_diagonal_(0)


class StopperWithShallowCopy:
    def __init__(self, patience):
        self.patience, self.best, self.waited = patience, float("inf"), 0

    def step(self, validation_loss, model):
        if self.better(validation_loss):
            self.best, self.waited = validation_loss, 0
            self.keep(model)
        else:
            self.waited += 1
        return self.waited >= self.patience

    def better(self, loss):
        return loss < self.best

    def keep(self, model):
        self.weights = dict(model.state_dict())

    def restore(self, model):
        model.load_state_dict(self.weights)


class StopperThatAcceptsEqual(StopperWithShallowCopy):
    def better(self, loss):
        return loss <= self.best

    def keep(self, model):
        self.weights = copy.deepcopy(model.state_dict())


class StopperThatRebinds(StopperThatAcceptsEqual):
    def better(self, loss):
        return loss < self.best

    def keep(self, model):
        self.model = copy.deepcopy(model)

    def restore(self, model):
        model = self.model  # noqa: F841


class StopperThatCounts(StopperThatRebinds):
    def step(self, validation_loss, model):
        super().step(validation_loss, model)
        return self.waited


class StopperOfEpochs(StopperThatAcceptsEqual):
    def step(self, validation_loss, model):
        self.waited += 1
        self.keep(model)
        return self.waited > self.patience


def checkpoints(
    model,
    loader,
    loss_function,
    optimizer,
    epochs,
    path,
    *,
    before=False,
    number=1,
    every=1,
    load=True,
):
    start = 0
    if os.path.exists(path):
        start, weights, state, chance = torch.load(path)
        model.load_state_dict(weights)
        optimizer.load_state_dict(state)
        if load:
            torch.set_rng_state(chance)
    for epoch in range(start, epochs):
        if not before:
            _epoch(model, loader, loss_function, optimizer)
        if epoch % every == 0:
            state = model.state_dict(), optimizer.state_dict(), torch.get_rng_state()
            torch.save((epoch + number, *state), path)
        if before:
            _epoch(model, loader, loss_function, optimizer)


def _epoch(model, loader, loss_function, optimizer):
    for X, Y in loader:
        step_with_closure(model, loss_function, optimizer, X, Y)


def checkpoints_with(**changes):
    return lambda *arguments: checkpoints(*arguments, **changes)


def checkpoints_for_another_optimizer(model, loader, loss_function, optimizer, epochs, path):
    mine = torch.optim.SGD(model.parameters(), lr=0.1)
    checkpoints(model, loader, loss_function, mine, epochs, path)


def checkpoints_of_nothing(model, loader, loss_function, optimizer, epochs, path):
    torch.save((epochs, model.state_dict(), optimizer.state_dict(), torch.get_rng_state()), path)


class Always(nn.Module):
    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def forward(self, rows):
        return self.scores.expand(len(rows), -1)


def most_common(X, y):
    return Always(torch.bincount(y).float())


def the_line(X, y):
    ones = torch.cat([X, torch.ones(len(X), 1)], dim=1).double()
    weights = torch.linalg.lstsq(ones, y[:, None].double()).solution.float()
    layer = nn.Linear(X.shape[1], 1)
    layer.weight, layer.bias = nn.Parameter(weights[:-1].T), nn.Parameter(weights[-1])
    return layer


WRONG = [
    ("PairSums", PairsFromOne),
    ("PairSums", PairsWithoutOrder),
    ("PairSums", PairsByChance),
    ("PairSums", PairsAsRows),
    ("PairSums", PairsWithoutDataset),
    ("PairSums", PairsByProduct(3)),
    ("scale_splits", scaled_without_nan),
    ("scale_splits", scaled_to_the_unit_interval),
    ("scale_splits", scaled_in_place),
    ("training_step", two_steps),
    ("training_step", own_optimizer),
    ("training_step", turned_loss),
    ("training_step", without_a_graph),
    ("training_step", zero_after_backward),
    ("training_step", step_before_backward),
    ("fit", fit_one_step_an_epoch),
    ("fit", fit_with_full_last_batch),
    ("fit", fit_measured_afterwards),
    ("fit", fit_with_tensors),
    ("fit", fit_leaving_eval),
    ("evaluate", evaluate_top_only),
    ("evaluate", evaluate_last_batch),
    ("evaluate", evaluate_turned),
    ("evaluate", evaluate_with_tensors),
    ("evaluate", evaluate_frozen),
    ("confusion", confusion_of_seen_classes),
    ("confusion", confusion_of_ones),
    ("confusion", confusion_of_errors),
    ("EarlyStopping", StopperWithShallowCopy),
    ("EarlyStopping", StopperThatAcceptsEqual),
    ("EarlyStopping", StopperThatRebinds),
    ("EarlyStopping", StopperThatCounts),
    ("EarlyStopping", StopperOfEpochs),
    ("train_with_checkpoints", checkpoints_with(before=True)),
    ("train_with_checkpoints", checkpoints_with(number=0)),
    ("train_with_checkpoints", checkpoints_with(every=3)),
    ("train_with_checkpoints", checkpoints_with(load=False)),
    ("train_with_checkpoints", checkpoints_for_another_optimizer),
    ("train_with_checkpoints", checkpoints_of_nothing),
    ("train_classifier", most_common),
    ("train_classifier", lambda X, y: nn.Linear(X.shape[1], 10)),
    ("train_classifier", lambda X, y: 0.99),
    ("train_classifier", lambda X, y: Nearest(X, y)(X)),
    ("train_regressor", the_line),
    ("train_regressor", lambda X, y: Always(y.mean().reshape(1))),
    ("train_regressor", lambda X, y: Always(y.mean().reshape(1)).scores),
    ("iterations", {"A": 100, "B": 28, "C": 64, "D": 580}),
    ("diagnosis", dict.fromkeys("ABCDE", "healthy")),
]


def name_of(value):
    return value if isinstance(value, str) else getattr(value, "__name__", type(value).__name__)


@pytest.mark.parametrize(("name", "answer"), WRONG, ids=name_of)
def test_a_wrong_answer_loses_points(name, answer):
    found = verdict(name, answer)
    assert found.points < full(name), str(found)
    assert found.message or found.mistake


# What a learner is told.


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("PairSums", PairsByProduct(3), "class"),
        ("PairSums", PairsWithoutDataset, "begin with `class PairsWithoutDataset(Dataset):`"),
        ("scale_splits", scaled_in_place, "changed its input"),
        ("training_step", step_before_backward, "has to come after `backward()`"),
        ("fit", fit_with_tensors, "`.item()`"),
        ("EarlyStopping", StopperWithShallowCopy, "hands out the living tensors"),
        ("train_classifier", most_common, "0.8 is wanted"),
        ("train_classifier", lambda X, y: 0.99, "not right"),
        ("train_regressor", the_line, "0.05 is wanted"),
    ],
    ids=name_of,
)
def test_the_words_name_the_fix(name, answer, words):
    assert words in str(verdict(name, answer))


# The bug hunt: each bug that is mended earns its points, in any order.


def hunt(*, batch=False, zero=False, mode=False, number=False, held_out=False):
    def pick_rate(make_model, rates, train, validation, test, epochs):
        loss_function = nn.CrossEntropyLoss()
        features, _ = next(iter(train))
        best_loss, history = float("inf"), []
        for rate in rates:
            model = make_model()
            optimizer = torch.optim.SGD(model.parameters(), lr=rate)
            for _ in range(epochs):
                total, samples = 0.0, 0
                for feature, target in train:
                    if zero:
                        optimizer.zero_grad()
                    loss = loss_function(model(feature if batch else features), target)
                    loss.backward()
                    optimizer.step()
                    total = total + (loss.item() if number else loss) * len(feature)
                    samples += len(feature)
                history.append(total / samples)
            if mode:
                model.eval()
            with torch.no_grad():
                chooser = validation if held_out else test
                loss = sum(loss_function(model(X), y).item() for X, y in chooser)
            if loss < best_loss:
                best_loss, best_rate, best_model = loss, rate, model
        with torch.no_grad():
            right = [(best_model(X).argmax(dim=1) == y).float() for X, y in test]
        return best_rate, history, torch.cat(right).mean().item()

    return pick_rate


BUGS = ("batch", "zero", "mode", "number", "held_out")


@pytest.mark.parametrize("count", range(6))
def test_each_mended_bug_earns_half_a_point_whichever_comes_first(count):
    for mended in itertools.combinations(BUGS, count):
        found = verdict("pick_rate", hunt(**dict.fromkeys(mended, True)))
        assert found.points == (3 if count == 5 else count / 2), (mended, str(found))
