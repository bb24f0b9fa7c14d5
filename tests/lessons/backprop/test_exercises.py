"""Lesson 05: what answers are told, beside what the proofs of its declarations show."""

import math

import pytest
import torch

from helpers.lessons.backprop import check


def verdict(name, answer):
    return getattr(check, name)(answer, hidden=True)


def points(name, answer):
    return verdict(name, answer).points


def full(name):
    return getattr(check, name).exercise.points


# Right answers in unusual forms.


class CountingValue:
    """Counts the users of each node first, and handles a node when all of them are done."""

    def __init__(self, data, op=None, left=None, right=None):
        self.data, self.grad, self.op, self.left, self.right = data, 0, op, left, right

    def __add__(self, other):
        return CountingValue(self.data + other.data, "+", self, other)

    def __mul__(self, other):
        return CountingValue(self.data * other.data, "*", self, other)

    def tanh(self):
        return CountingValue(math.tanh(self.data), "t", self)

    def inputs(self):
        return [node for node in (self.left, self.right) if node is not None]

    def backward(self):
        users, stack, seen = {}, [self], {self}
        while stack:
            for node in stack.pop().inputs():
                users[node] = users.get(node, 0) + 1
                if node not in seen:
                    seen.add(node)
                    stack.append(node)
        ready, self.grad = [self], 1
        while ready:
            node = ready.pop()
            for source, slope in zip(node.inputs(), node.slopes(), strict=False):
                source.grad += slope * node.grad
                users[source] -= 1
                if users[source] == 0:
                    ready.append(source)

    def slopes(self):
        if self.op == "+":
            return [1, 1]
        if self.op == "*":
            return [self.right.data, self.left.data]
        return [1 - self.data**2] if self.op == "t" else []


# Wrong answers.


def network_with(fault):
    def gradients(X, Y, W1, b1, W2, b2):
        Z = X @ W1.T + b1
        A = torch.tanh(Z)
        dP = 2 * (A @ W2.T + b2 - Y) / Y.numel()
        dA = dP @ W2
        if fault == "sigmoid":
            dZ = dA * A * (1 - A)
        elif fault == "relu":
            dZ = dA * (Z > 0)
        elif fault == "bend of dA":
            dZ = dA * (1 - dA**2)
        else:
            dZ = dA * (1 - A**2)
        found = {"W1": dZ.T @ X, "b1": dZ.sum(0), "W2": dP.T @ A, "b2": dP.sum(0)}
        if fault == "input for hidden":
            found["W2"] = dP.T @ Z
        if fault == "mean of b":
            found |= {"b1": dZ.mean(0), "b2": dP.mean(0)}
        if fault == "swapped":
            found["b1"], found["b2"] = found["b2"], found["b1"]
        return found

    return gradients


class BreakIn(CountingValue):
    """A base for wrong engines: right, save for what a subclass changes."""

    def __add__(self, other):
        return type(self)(self.data + other.data, "+", self, other)

    def __mul__(self, other):
        return type(self)(self.data * other.data, "*", self, other)

    def tanh(self):
        return type(self)(math.tanh(self.data), "t", self)


class DepthFirst(BreakIn):
    def backward(self):
        self.grad = 1
        stack, seen = [self], set()
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for source, slope in zip(node.inputs(), node.slopes(), strict=False):
                source.grad += slope * node.grad
                stack.append(source)


def weigh_as_a_line(X, Y):
    """A network whose hidden units stay in tanh's straight part: a line in disguise."""
    A = torch.cat([X, torch.ones(len(X), 1)], 1)
    solution = torch.linalg.lstsq(A, Y).solution[:, 0]
    return {
        "W1": solution[None, :3] * 1e-3,
        "b1": torch.zeros(1),
        "W2": torch.tensor([[1e3]]),
        "b2": solution[3:],
    }


# Partial credit, and words that help.


def test_an_engine_that_only_ignores_the_order_keeps_the_other_points():
    assert points("Value", DepthFirst) == 4


def test_an_engine_without_tanh_still_earns_its_sums_and_products():
    class WithoutTanh(BreakIn):
        def tanh(self):
            math.tanh(self.data)

    result = verdict("Value", WithoutTanh)
    assert 2 <= result.points < 5
    assert "a.tanh()" in result.message


def test_a_network_with_only_its_last_layer_right_keeps_that_layers_point():
    assert points("two_layer_gradients", network_with("sigmoid")) == 1


def test_a_network_that_is_a_line_beats_the_mean_and_not_the_line():
    assert points("weigh_penguins", weigh_as_a_line) == 1


def test_weights_learned_by_heart_do_not_serve():
    torch.manual_seed(0)
    fixed = {
        "W1": torch.randn(8, 3),
        "b1": torch.zeros(8),
        "W2": torch.randn(1, 8) / 8,
        "b2": torch.zeros(1),
    }
    assert points("weigh_penguins", lambda X, Y: fixed) < full("weigh_penguins")


@pytest.mark.parametrize("name", ["neuron_gradients", "linear_backward", "two_layer_gradients"])
def test_autograd_is_no_way_round_the_chain_rule(name):
    reference = getattr(check, name).exercise.reference
    result = verdict(name, reference)
    assert result.points == 0
    assert "chain rule" in result.message


def test_a_function_in_place_of_the_class_is_told_so():
    result = verdict("Value", lambda data: data)
    assert result.points == 0
    assert "not a class" in result.message


def test_a_wrong_slope_is_recognised_though_it_was_rounded_to_three_decimals():
    swapped = {"dL/dw": -0.089, "dL/db": -0.177, "dL/dx": 0.355}
    answer = {"z": 0.5, "a": 0.622, "L": 0.143, "dL/da": -0.755, "dL/dz": -0.177} | swapped
    assert "You swapped two" in verdict("edges", answer).mistake


def test_two_decimals_are_told_to_be_too_few():
    answer = {"z": 0.5, "a": 0.62, "L": 0.14, "dL/da": -0.76, "dL/dz": -0.18}
    answer |= {"dL/dw": 0.35, "dL/db": -0.18, "dL/dx": -0.09}
    assert "two decimals" in verdict("edges", answer).mistake


def test_a_line_that_records_nothing_is_not_told_about_updates_in_place():
    def fit(x, y, learning_rate, steps):
        w, b = torch.tensor(0.0), torch.tensor(0.0)
        for _ in range(steps):
            ((w * x + b - y) ** 2).mean().backward()
        return w.item(), b.item()

    assert "no longer ask for gradients" in verdict("fit_line", fit).mistake
