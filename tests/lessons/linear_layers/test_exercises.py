"""Lesson 02: wrong answers that a learner might write, unusual right ones, and what each is told."""

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.judge import judge
from helpers.checks.probe import probe
from helpers.lessons.linear_layers import check as CHECKS

SEEDS = (1, 2)


def verdicts(name, answer):
    exercise = getattr(CHECKS, name).exercise
    for seed in SEEDS:
        plan = exercise.plan(seed)
        yield judge(exercise, plan, probe(plan, answer))


def one_epoch_too_many(X, y, epochs):
    return CHECKS.train_perceptron.exercise.reference(X, y, epochs + 1)


def only_the_final_count(X, y, epochs):
    w, b, mistakes = CHECKS.train_perceptron.exercise.reference(X, y, epochs)
    return w, b, mistakes[-1]


def counts_as_tensors(X, y, epochs):
    w, b, mistakes = CHECKS.train_perceptron.exercise.reference(X, y, epochs)
    return w, b, torch.tensor(mistakes)


def counts_after_the_step(X, y, epochs):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            error = target - (x @ w + b > 0).float()
            w, b = w + error * x, b + error
            wrong += int((x @ w + b > 0).float() != target)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def in_reverse_order(X, y, epochs):
    return CHECKS.train_perceptron.exercise.reference(X.flip(0), y.flip(0), epochs)


def by_index(X, y, epochs):
    n, d = X.shape
    weights, mistakes = torch.zeros(d + 1), []
    samples = torch.hstack([X, torch.ones(n, 1)])
    for _epoch in range(epochs):
        mistakes.append(0)
        for i in range(n):
            if (samples[i].dot(weights) > 0) != (y[i] == 1):
                weights = weights + (2 * y[i] - 1) * samples[i]
                mistakes[-1] += 1
        if mistakes[-1] == 0:
            break
    return weights[:d], weights[d], mistakes


def swapped_sizes():
    return nn.Sequential(nn.Linear(18, 10), nn.Linear(20, 18), nn.Linear(5, 20))


def one_layer():
    return nn.Sequential(nn.Linear(10, 5))


def without_bias():
    layers = (nn.Linear(10, 18, bias=False), nn.Linear(18, 20), nn.Linear(20, 5))
    return nn.Sequential(*layers)


def with_a_relu():
    return nn.Sequential(nn.Linear(10, 18), nn.ReLU(), nn.Linear(18, 20), nn.Linear(20, 5))


def a_list_of_layers():
    return [nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(20, 5)]


class Base(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.output(self.hidden(x)) + self.direct(x)


class Subtracted(Base):
    def forward(self, x):
        return self.output(self.hidden(x)) - self.direct(x)


class Averaged(Base):
    def forward(self, x):
        return (self.output(self.hidden(x)) + self.direct(x)) / 2


class Detached(Base):
    def forward(self, x):
        return self.output(self.hidden(x)).detach() + self.direct(x)


class BothInAPair(Base):
    def forward(self, x):
        return self.output(self.hidden(x)), self.direct(x)


class BentInBetween(Base):
    def forward(self, x):
        return self.output(torch.relu(self.hidden(x))) + self.direct(x)


class FixedSizes(Base):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(3, 4, 2)


class MadeInForward(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.sizes = n_in, n_hidden, n_out

    def forward(self, x):
        return Base(*self.sizes)(x)


class OtherNames(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.d, self.h, self.o = nn.Linear(a, c, False), nn.Linear(a, b), nn.Linear(b, c)

    def forward(self, X):
        result = self.d(X)
        return result.add(self.o(self.h(X)))


class AsAModuleList(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Linear(n_in, n_hidden),
                nn.Linear(n_hidden, n_out),
                nn.Linear(n_in, n_out, bias=False),
            ]
        )

    def forward(self, x):
        first, second, direct = self.layers
        return sum([second(first(x)), direct(x)])


def one_row_per_pass(X, y, classes, epochs):
    """Three perceptrons, one against the rest, are another algorithm."""
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            fired = W @ x + b > 0
            error = (torch.arange(classes) == target).float() - fired.float()
            W, b = W + error[:, None] * x, b + error
            wrong += int(error.any())
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def always_corrects(X, y, classes, epochs):
    W, b = torch.zeros(classes, X.shape[1]), torch.zeros(classes)
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            W[target] += x
            b[target] += 1
    return W, b, [0] * epochs


def turned_tables(X, y, classes, epochs):
    W, b, mistakes = CHECKS.train_layer.exercise.reference(X, y, classes, epochs)
    return W.T, b, mistakes


def last_of_equals(X, y, classes, epochs):
    W, b, mistakes = CHECKS.train_layer.exercise.reference(X, classes - 1 - y, classes, epochs)
    return W.flip(0), b.flip(0), mistakes


def starts_at_random(X, y, classes, epochs):
    W, b = torch.randn(classes, X.shape[1]), torch.zeros(classes)
    return W, b, CHECKS.train_layer.exercise.reference(X, y, classes, epochs)[2]


WRONG = {
    "fires": [
        lambda X, w, b: (X @ w + b > 0).long(),
        lambda X, w, b: (X @ w + b > 0.5).float(),
        lambda X, w, b: torch.sigmoid(X @ w + b),
        lambda X, w, b: (X @ w + b > 0).float()[:, None],
        lambda X, w, b: float(X[0] @ w + b > 0),
        lambda X, w, b: (X * w + b > 0).float().mean(dim=1).round(),
    ],
    "gates": [
        {"AND": (1, 1, -1), "OR": (1, 1, 0), "NAND": (1, 1, -1)},
        {"AND": (1, 1, -2), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)},
        {"AND": (1, 1, -1.5), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1)},
        {"AND": (1, 1, -1.5), "OR": (1, 1, -0.5)},
        {"AND": "x1 and x2", "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)},
        {"AND": (1, 1), "OR": (1, 1, -0.5), "NAND": (-1, -1, 1.5)},
    ],
    "perceptron_step": [
        lambda x, y, w, b: w + (y - (x @ w + b > 0).float()) * x,
        lambda x, y, w, b: (w + (2 * y - 1) * x, b + (2 * y - 1)),
        lambda x, y, w, b: (w + 0.1 * (y - (x @ w + b > 0).float()) * x, b),
        lambda x, y, w, b: (w + (y - (x @ w > 0).float()) * x, b + (y - (x @ w > 0).float())),
        lambda x, y, w, b: (w, b),
        lambda x, y, w, b: (b + (y - (x @ w + b > 0).float()), w),
    ],
    "train_perceptron": [
        one_epoch_too_many,
        only_the_final_count,
        counts_as_tensors,
        counts_after_the_step,
        in_reverse_order,
        lambda X, y, epochs: (torch.zeros(X.shape[1]), torch.tensor(0.0), [0]),
    ],
    "linear": [
        lambda X, W, b: W @ X.T + b[:, None],
        lambda X, W, b: (X + b) @ W.T if X.shape[1] == len(b) else X @ W.T + b,
        lambda X, W, b: X.matmul(W if W.shape[0] == W.shape[1] else W.T) + b,
        lambda X, W, b: (X @ W.T + b).clamp(min=0),
        lambda X, W, b: F.linear(X, W, b),
        lambda X, W, b: torch.tensor((X @ W.T + b).tolist()),
    ],
    "layer_shapes": [
        CHECKS.layer_shapes.exercise.reference | {"layer.weight": (160,)},
        CHECKS.layer_shapes.exercise.reference | {"layer(torch.rand(5, 8))": "error"},
        CHECKS.layer_shapes.exercise.reference | {"layer(torch.rand(8, 5))": None},
        CHECKS.layer_shapes.exercise.reference | {"layer(torch.rand(2, 5, 8))": (10, 20)},
        dict.fromkeys(CHECKS.layer_shapes.exercise.reference, "error"),
    ],
    "chain": [swapped_sizes, one_layer, without_bias, with_a_relu, a_list_of_layers, lambda: None],
    "Shortcut": [
        Subtracted,
        Averaged,
        Detached,
        BothInAPair,
        BentInBetween,
        FixedSizes,
        MadeInForward,
    ],
    "count_by_formula": [
        lambda s: sum(a * b for a, b in pairwise(s)) + sum(s),
        lambda s: (s[0] + 1) * s[1] + (s[1] + 1) * s[-1] if len(s) > 2 else (s[0] + 1) * s[1],
        lambda s: sum(s),
        lambda s: str(sum((a + 1) * b for a, b in pairwise(s))),
        lambda s: [(a + 1) * b for a, b in pairwise(s)],
    ],
    "count_parameters": [
        lambda m: sum(len(p.flatten()) for layer in m for p in [layer.weight, layer.bias]),
        lambda m: sum(p.numel() for p in list(m.parameters())[:4]),
        lambda m: sum(p.shape[0] for p in m.parameters()),
        lambda m: sum(layer.weight.numel() for layer in m.modules() if hasattr(layer, "weight")),
        lambda m: len(list(m.named_modules())),
    ],
    "forward_pass": [
        lambda X, layers: [X] + [X] * len(layers),
        lambda X, layers: [X @ layers[0][0].T + layers[0][1]],
        lambda X, layers: CHECKS.forward_pass.exercise.reference(X, layers)[::-1],
        lambda X, layers: [a.shape for a in CHECKS.forward_pass.exercise.reference(X, layers)],
        lambda X, layers: [a.T for a in CHECKS.forward_pass.exercise.reference(X, layers)],
        lambda X, layers: CHECKS.forward_pass.exercise.reference(X, layers[::-1]),
    ],
    "merge_layers": [
        lambda W1, b1, W2, b2: (W2 + W1, b1 + b2) if W1.shape == W2.shape else (W2 @ W1, b2),
        lambda W1, b1, W2, b2: W2 @ W1,
        lambda W1, b1, W2, b2: (W2 @ b1 + b2, W2 @ W1),
        lambda W1, b1, W2, b2: (W2 @ W1, (W2 @ b1 + b2)[None]),
        lambda W1, b1, W2, b2: (W1.T @ W2.T, W2 @ b1 + b2),
        lambda W1, b1, W2, b2: (W2 * W1, W2 * b1) if W1.shape == W2.shape else (W2 @ W1, b2),
    ],
    "two_layers": [
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, (X @ W1.T + b1) @ W2.T),
        lambda X, W1, b1, W2, b2: (X @ W1 + b1, (X @ W1.T + b1) @ W2.T + b2),
        lambda X, W1, b1, W2, b2: (X @ W1.T, (X @ W1.T) @ W2.T + b2),
        lambda X, W1, b1, W2, b2: ((X @ W1.T + b1) @ W2.T + b2, X @ W1.T + b1),
        lambda X, W1, b1, W2, b2: (X @ W1.T + b1, (X @ W1.T + b1).relu() @ W2.T + b2),
    ],
    "train_layer": [
        one_row_per_pass,
        always_corrects,
        turned_tables,
        last_of_equals,
        starts_at_random,
        lambda X, y, classes, epochs: (torch.zeros(classes, X.shape[1]), torch.zeros(classes), [0]),
    ],
}

RIGHT = {
    "fires": [
        lambda X, w, b: torch.relu(torch.sign(X @ w + b)),
        lambda X, w, b: (F.linear(X, w[None], b[None]) > 0).to(torch.float32).squeeze(1),
    ],
    "gates": [
        {"AND": (0.3, 0.4, -0.5), "OR": (9, 7, -3), "NAND": (-2, -3, 4)},
        {"AND": [2, 2, -3], "OR": torch.tensor([1.0, 1.0, 0.0]), "NAND": (-1.0, -1.0, 2.0)},
    ],
    "perceptron_step": [
        lambda x, y, w, b: [
            w + x.mul(y - torch.heaviside(x @ w + b, torch.tensor(0.0))),
            b + y - torch.heaviside(x @ w + b, torch.tensor(0.0)),
        ],
        lambda x, y, w, b: (
            (w, b) if (w @ x + b > 0) == bool(y) else (w + (2 * y - 1) * x, b + 2 * y - 1)
        ),
    ],
    "train_perceptron": [by_index],
    "linear": [
        lambda X, W, b: torch.baddbmm(b.expand(1, len(X), -1), X[None], W.T[None])[0],
        lambda X, W, b: (X[:, None, :] * W).sum(-1) + b,
    ],
    "chain": [lambda: nn.Sequential(*(nn.Linear(*s) for s in ((10, 18), (18, 20), (20, 5))))],
    "Shortcut": [OtherNames, AsAModuleList],
    "count_by_formula": [
        lambda s: sum(p.numel() for a, b in pairwise(s) for p in nn.Linear(a, b).parameters()),
    ],
    "count_parameters": [
        lambda m: nn.utils.parameters_to_vector(m.parameters()).numel(),
        lambda m: sum(p.nelement() for _, p in m.named_parameters()),
    ],
    "forward_pass": [
        lambda X, layers: (
            [X] if not layers else [*RIGHT["forward_pass"][0](X, layers[:-1]), _next(X, layers)]
        ),
    ],
    "merge_layers": [
        lambda W1, b1, W2, b2: [W2.mm(W1), W2.mv(b1).add(b2)],
        lambda W1, b1, W2, b2: tuple(
            t.squeeze(-1) if i else t
            for i, t in enumerate(
                (
                    W2 @ torch.cat([W1, b1[:, None]], 1)
                    + torch.cat([torch.zeros(len(W2), W1.shape[1]), b2[:, None]], 1)
                ).split([W1.shape[1], 1], 1)
            )
        ),
    ],
    "two_layers": [
        lambda X, W1, b1, W2, b2: (
            torch.einsum("ni,hi->nh", X, W1) + b1,
            torch.einsum("ni,hi,oh->no", X, W1, W2) + W2 @ b1 + b2,
        ),
    ],
}


def _next(X, layers):
    *before, (W, b) = layers
    for V, c in before:
        X = X @ V.T + c
    return X @ W.T + b


def pairs(answers):
    return [
        pytest.param(n, a, id=f"{n}-{i}") for n, many in answers.items() for i, a in enumerate(many)
    ]


@pytest.mark.parametrize(("name", "answer"), pairs(WRONG))
def test_a_wrong_answer_loses_points(name, answer):
    for verdict in verdicts(name, answer):
        assert verdict.points < verdict.possible, str(verdict)


@pytest.mark.parametrize(("name", "answer"), pairs(RIGHT))
def test_an_unusual_right_answer_reaches_all_points(name, answer):
    for verdict in verdicts(name, answer):
        assert verdict.passed, str(verdict)


def test_the_ready_made_layer_is_refused_with_a_reason():
    for verdict in verdicts("linear", lambda X, W, b: F.linear(X, W, b)):
        assert verdict.points == 0
        assert "`linear`" in verdict.message


def test_each_gate_earns_its_own_point():
    right = CHECKS.gates.exercise.reference
    for verdict in verdicts("gates", right | {"NAND": None}):
        assert verdict.points == 2
    for verdict in verdicts("gates", dict.fromkeys(right)):
        assert verdict.state == "not attempted"


def test_a_wrong_number_of_weights_is_explained():
    for verdict in verdicts("gates", {"AND": (1, 1), "OR": None, "NAND": None}):
        assert "AND wants three numbers" in verdict.message


def test_a_missing_transpose_that_square_sizes_hide_is_named():
    for verdict in verdicts("linear", lambda X, W, b: X @ W + b):
        assert "transpose" in verdict.mistake


def test_a_chain_that_runs_through_other_sizes_earns_half():
    for verdict in verdicts("chain", one_layer):
        assert verdict.points == 1


def test_layers_made_in_forward_are_told_that_the_model_does_not_know_them():
    for verdict in verdicts("Shortcut", MadeInForward):
        assert "does not know its layers" in verdict.mistake


def test_the_broken_programs_of_the_lesson_count_as_not_attempted():
    def chain():
        """Return a network 10 → 18 → 20 → 5 of three linear layers."""
        return nn.Sequential(
            nn.Linear(18, 10),
            nn.Linear(10, 20),
            nn.Linear(5, 20),
        )

    def two_layers(X, W1, b1, W2, b2):
        Z1 = X @ W1 + b1.unsqueeze(1)
        Z2 = X @ W2.T + b2
        return Z1, Z2

    for name, answer in (("chain", chain), ("two_layers", two_layers)):
        for verdict in verdicts(name, answer):
            assert verdict.state == "not attempted"


def test_one_wrong_gate_is_told_its_own_sentence_whatever_the_others_do():
    nor = (-2, -2, 1)
    for others in ({"AND": None, "OR": None}, {"AND": (1, 1, 1), "OR": None}):
        for verdict in verdicts("gates", others | {"NAND": nor}):
            assert "That is NOR" in verdict.mistake
