"""Lesson 02: what answers are told, beside what the proofs of its declarations show."""

from torch import nn
from torch.nn import functional as F

from helpers.checks.judge import judge
from helpers.checks.probe import probe
from helpers.lessons.linear_layers import check as CHECKS

SEEDS = (1, 2)


def verdicts(name, answer):
    exercise = getattr(CHECKS, name).exercise
    for seed in SEEDS:
        task = exercise.task(seed)
        yield judge(exercise, task, probe(task.plan, answer))


def one_layer():
    return nn.Sequential(nn.Linear(10, 5))


class Base(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.output(self.hidden(x)) + self.direct(x)


class MadeInForward(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.sizes = n_in, n_hidden, n_out

    def forward(self, x):
        return Base(*self.sizes)(x)


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
