"""Answers to lesson 05 that learners really write, beside the declared ones: right ones pass, wrong ones do not."""

import itertools
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from helpers.lessons.backprop import check


def verdict(name, answer):
    return getattr(check, name)(answer, hidden=True)


def points(name, answer):
    return verdict(name, answer).points


def full(name):
    return getattr(check, name).exercise.points


# Right answers in unusual forms.


def descend_by_accumulate(slope, start, learning_rate, steps):
    walk = itertools.accumulate(
        range(steps), lambda w, _: w - learning_rate * slope(w), initial=start
    )
    return list(walk)


def descend_with_tensors(slope, start, learning_rate, steps):
    places = [float(start)]
    for _ in range(steps):
        places += [torch.tensor(places[-1], dtype=torch.float64).item()]
        places[-1] -= learning_rate * slope(places[-1])
    return tuple(places)


def neuron_by_parts(x, w, b, y):
    z = torch.dot(w, x) + b
    e = torch.exp(-z)
    a = 1 / (1 + e)
    dz = (2 * a - 2 * y) * e / (1 + e) ** 2
    return torch.stack([dz * value for value in x]), dz


def numerical_by_stacking(f, x, step):
    moves = torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape) * step
    return torch.stack([(f(x + m) - f(x - m)) / (2 * step) for m in moves]).reshape(x.shape)


def numerical_with_numpy_positions(f, x, step):
    slopes = torch.empty_like(x)
    for place in np.ndindex(*x.shape):
        x_up, x_down = x.clone(), x.clone()
        x_up[place] += step
        x_down[place] -= step
        slopes[place] = (f(x_up) - f(x_down)).item() / (2 * step)
    return slopes


def linear_by_broadcasting(X, W, dZ):
    dW = (dZ[:, :, None] * X[:, None, :]).sum(0)
    return torch.matmul(dZ, W), dW, torch.sum(dZ, 0)


def network_as_columns(X, Y, W1, b1, W2, b2):
    x, y = X.T, Y.T
    a = torch.tanh(W1 @ x + b1[:, None])
    d2 = (W2 @ a + b2[:, None] - y) * (2 / y.numel())
    d1 = (W2.T @ d2) / torch.cosh(W1 @ x + b1[:, None]) ** 2
    return {"b2": d2.sum(1), "W2": d2 @ a.T, "b1": d1.sum(1), "W1": d1 @ x.T}


class PathValue:
    """Walks every way back to the leaves one by one: slow, and right."""

    def __init__(self, data):
        self.data, self.grad, self.sources = data, 0.0, []

    def __add__(self, other):
        return self.derived(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return self.derived(self.data * other.data, [(self, other.data), (other, self.data)])

    def tanh(self):
        t = math.tanh(self.data)
        return self.derived(t, [(self, 1 - t * t)])

    def derived(self, data, sources):
        node = PathValue(data)
        node.sources = sources
        return node

    def backward(self, arriving=1.0):
        self.grad += arriving
        for source, slope in self.sources:
            source.backward(arriving * slope)


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


class MinimizerByCopy:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr

    @torch.no_grad()
    def step(self):
        for p in filter(lambda p: p.grad is not None, self.params):
            p.copy_(p - self.lr * p.grad)

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad = p.grad * 0


def fit_line_with_optimizer_style(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    b = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        w.grad, b.grad = None, None
        F.mse_loss(w * x + b, y).backward()
        w.data -= learning_rate * w.grad
        b.data.sub_(learning_rate * b.grad)
    return float(w), float(b)


def fit_line_in_floats(x, y, learning_rate, steps):
    w = b = 0.0
    for _ in range(steps):
        error = w * x + b - y
        dw, db = (2 * error * x).mean().item(), (2 * error).mean().item()
        w, b = w - learning_rate * dw, b - learning_rate * db
    return w, b


def fit_network_with_torchs_sgd(X, Y, parameters, learning_rate, steps):
    parameters = [p.clone().requires_grad_() for p in parameters]
    optimizer, losses = torch.optim.SGD(parameters, lr=learning_rate), []
    for _ in range(steps):
        W1, b1, W2, b2 = parameters
        loss = F.mse_loss(torch.tanh(X @ W1.T + b1) @ W2.T + b2, Y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return tuple(parameters), losses


def scratch_as_one_expression(X, Y, parameters, learning_rate, steps):
    p, losses = {k: v.clone() for k, v in parameters.items()}, []
    for _ in range(steps):
        hidden = torch.tanh(X @ p["W1"].T + p["b1"])
        error = hidden @ p["W2"].T + p["b2"] - Y
        losses += [error.pow(2).mean().item()]
        slopes = network_as_columns(X, Y, **p)
        for key in p:
            p[key].sub_(learning_rate * slopes[key])
    return p, losses


def weigh_with_adam(X, Y):
    W1 = torch.nn.init.xavier_normal_(torch.empty(24, 3)).requires_grad_()
    W2 = torch.nn.init.xavier_normal_(torch.empty(1, 24)).requires_grad_()
    b1, b2 = torch.zeros(24, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([W1, b1, W2, b2], lr=0.01)
    for _ in range(300):
        optimizer.zero_grad()
        F.mse_loss(torch.tanh(X @ W1.T + b1) @ W2.T + b2, Y).backward()
        optimizer.step()
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


RIGHT = [
    ("descend", descend_by_accumulate),
    ("descend", descend_with_tensors),
    ("neuron_gradients", neuron_by_parts),
    ("neuron_gradients", lambda x, w, b, y: list(neuron_by_parts(x, w, b, y))),
    ("numerical_gradient", numerical_by_stacking),
    ("numerical_gradient", numerical_with_numpy_positions),
    ("linear_backward", linear_by_broadcasting),
    ("two_layer_gradients", network_as_columns),
    ("Value", PathValue),
    ("Value", CountingValue),
    ("PlainSGD", MinimizerByCopy),
    ("fit_line", fit_line_with_optimizer_style),
    ("fit_line", fit_line_in_floats),
    ("fit_network", fit_network_with_torchs_sgd),
    ("train_from_scratch", scratch_as_one_expression),
    ("weigh_penguins", weigh_with_adam),
    (
        "rates",
        {"η = 0.05": "Creeps ", "η = 0.5": "LANDS", "η = 1": "swings", "η = 1.1": "flies off"},
    ),
    (
        "leftovers",
        {
            "grad after part 1": torch.tensor(6.0),
            "grad after part 2": 11,
            "grad after part 3": 3,
            "z.is_leaf": False,
            "v.requires_grad": False,
        },
    ),
    (
        "edges",
        {
            "z": 0.5,
            "a": 0.622,
            "L": 0.143,
            "dL/da": -0.755,
            "dL/dz": -0.177,
            "dL/dw": 0.355,
            "dL/db": -0.177,
            "dL/dx": -0.089,
        },
    ),
]


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_an_unusual_right_answer_reaches_all_points(name, answer):
    result = verdict(name, answer)
    assert result.points == full(name), str(result)


# Wrong answers.


def stops_when_flat(slope, start, learning_rate, steps):
    places = [start]
    for _ in range(steps):
        step = learning_rate * slope(places[-1])
        if abs(step) < 0.1:
            break
        places.append(places[-1] - step)
    return places


def shrinking_rate(slope, start, learning_rate, steps):
    places = [start]
    for k in range(steps):
        places.append(places[-1] - learning_rate / (k + 1) * slope(places[-1]))
    return places


def rounded(slope, start, learning_rate, steps):
    return [round(p, 2) for p in descend_by_accumulate(slope, start, learning_rate, steps)]


def neuron_with_cross_entropy(x, w, b, y):
    dz = torch.sigmoid(w @ x + b) - y
    return dz * x, dz


def neuron_with_squared_slope(x, w, b, y):
    a = torch.sigmoid(w @ x + b)
    dz = 2 * (a - y) * (1 - a**2)
    return dz * x, dz


def neuron_summed(x, w, b, y):
    dw, db = neuron_by_parts(x, w, b, y)
    return dw.sum().reshape(1), db


def neuron_bias_as_vector(x, w, b, y):
    dw, db = neuron_by_parts(x, w, b, y)
    return dw, db.reshape(1)


def numerical_with_own_step(f, x, step):
    return numerical_by_stacking(f, x, 1e-5)


def numerical_in_float32(f, x, step):
    return numerical_by_stacking(f, x, step).float()


def numerical_first_row_only(f, x, step):
    slopes = torch.zeros_like(x)
    for k in range(len(x)):
        move = torch.zeros_like(x)
        move[k] = step
        slopes[k] = (f(x + move) - f(x - move)) / (2 * step)
    return slopes


def numerical_backward_difference(f, x, step):
    here = f(x)
    moves = torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape) * step
    return torch.stack([(here - f(x - m)) / step for m in moves]).reshape(x.shape)


def linear_with_bias_kept(X, W, dZ):
    return dZ @ W, dZ.T @ X, dZ.sum(0, keepdim=True)


def linear_without_batch(X, W, dZ):
    return dZ @ W, torch.outer(dZ[0], X[0]), dZ[0]


def linear_other_order(X, W, dZ):
    dX, dW, db = linear_by_broadcasting(X, W, dZ)
    return dW, dX, db


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


class TwiceOnlyOnce(BreakIn):
    """A set of parents forgets that a value was used twice by the same operation."""

    def inputs(self):
        return list(dict.fromkeys(super().inputs()))


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


class LeavesOnly(BreakIn):
    def backward(self):
        super().backward()
        self.grad = 0


class SumOfFactors(BreakIn):
    def slopes(self):
        return [self.data, self.data] if self.op == "*" else super().slopes()


class SechOnce(BreakIn):
    def slopes(self):
        return [1 - self.data] if self.op == "t" else super().slopes()


class TwoOperandsFail(BreakIn):
    def __mul__(self, other):
        return self.data * other.data


class GradientsOfOnes(BreakIn):
    """Right wherever 1 comes in from behind."""

    def backward(self):
        super().backward()
        for node in self.inputs():
            for source, slope in zip(node.inputs(), node.slopes(), strict=False):
                source.grad = slope


class StepBase:
    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = list(parameters), learning_rate

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is not None:
                    self.change(p)

    def change(self, p):
        p -= self.learning_rate * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None


class WithSign(StepBase):
    def change(self, p):
        p -= self.learning_rate * p.grad.sign()


class Normalised(StepBase):
    def change(self, p):
        p -= self.learning_rate * p.grad / p.grad.norm()


class Averaged(StepBase):
    def change(self, p):
        p -= self.learning_rate * p.grad.mean()


class OnlyFirst(StepBase):
    def step(self):
        with torch.no_grad():
            self.change(self.parameters[0])


class Freezes(StepBase):
    def change(self, p):
        p.requires_grad_(False)
        p -= self.learning_rate * p.grad


class Replaces(StepBase):
    def step(self):
        self.parameters = [
            p if p.grad is None else (p - self.learning_rate * p.grad).detach().requires_grad_()
            for p in self.parameters
        ]


def line_only_w(x, y, learning_rate, steps):
    w = torch.tensor(0.0, requires_grad=True)
    for _ in range(steps):
        ((w * x - y) ** 2).mean().backward()
        with torch.no_grad():
            w -= learning_rate * w.grad
        w.grad = None
    return w.item(), 0.0


def line_solved(x, y, learning_rate, steps):
    A = torch.stack([x, torch.ones_like(x)], 1)
    w, b = torch.linalg.lstsq(A, y[:, None]).solution[:, 0]
    return w.item(), b.item()


def line_as_tensors(x, y, learning_rate, steps):
    return torch.tensor(fit_line_in_floats(x, y, learning_rate, steps))


def line_in_turn(x, y, learning_rate, steps):
    w = b = 0.0
    for _ in range(steps):
        w -= learning_rate * (2 * (w * x + b - y) * x).mean().item()
        b -= learning_rate * (2 * (w * x + b - y)).mean().item()
    return w, b


def network_untrained(X, Y, parameters, learning_rate, steps):
    return parameters, [0.0] * steps


def network_last_layer_only(X, Y, parameters, learning_rate, steps):
    W1, b1, W2, b2 = (p.clone().requires_grad_() for p in parameters)
    losses = []
    for _ in range(steps):
        loss = F.mse_loss(torch.tanh(X @ W1.T + b1).detach() @ W2.T + b2, Y)
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            for p in (W2, b2):
                p -= learning_rate * p.grad
                p.grad = None
    return [W1, b1, W2, b2], losses


def scratch_mean_over_rows(X, Y, parameters, learning_rate, steps):
    return scratch_as_one_expression(X, Y, parameters, learning_rate * 2, steps)


def scratch_one_short(X, Y, parameters, learning_rate, steps):
    return scratch_as_one_expression(X, Y, parameters, learning_rate, steps - 1)


def scratch_losses_as_tensor(X, Y, parameters, learning_rate, steps):
    trained, losses = scratch_as_one_expression(X, Y, parameters, learning_rate, steps)
    return trained, torch.tensor(losses)


def scratch_aliased(X, Y, parameters, learning_rate, steps):
    losses = []
    for _ in range(steps):
        hidden = torch.tanh(X @ parameters["W1"].T + parameters["b1"])
        losses.append((hidden @ parameters["W2"].T + parameters["b2"] - Y).pow(2).mean().item())
        slopes = network_as_columns(X, Y, **parameters)
        for key in parameters:
            parameters[key] -= learning_rate * slopes[key]
    return parameters, losses


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


def weigh_by_the_mean(X, Y):
    h = 4
    return {
        "W1": torch.randn(h, 3),
        "b1": torch.zeros(h),
        "W2": torch.zeros(1, h),
        "b2": Y.mean(0),
    }


def weigh_as_predictions(X, Y):
    return torch.zeros(100, 1)


def weigh_as_module(X, Y):
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))


WRONG = [
    ("descend", stops_when_flat),
    ("descend", shrinking_rate),
    ("descend", rounded),
    ("descend", lambda slope, start, rate, steps: [start] * (steps + 1)),
    ("descend", lambda slope, start, rate, steps: list(range(steps + 1))),
    ("neuron_gradients", neuron_with_cross_entropy),
    ("neuron_gradients", neuron_with_squared_slope),
    ("neuron_gradients", neuron_summed),
    ("neuron_gradients", neuron_bias_as_vector),
    ("neuron_gradients", lambda x, w, b, y: torch.cat([neuron_by_parts(x, w, b, y)[0], b[None]])),
    ("numerical_gradient", numerical_with_own_step),
    ("numerical_gradient", numerical_in_float32),
    ("numerical_gradient", numerical_first_row_only),
    ("numerical_gradient", numerical_backward_difference),
    ("numerical_gradient", lambda f, x, step: torch.autograd.functional.jacobian(f, x)),
    ("linear_backward", linear_with_bias_kept),
    ("linear_backward", linear_without_batch),
    ("linear_backward", linear_other_order),
    ("linear_backward", lambda X, W, dZ: (X @ W.T, dZ.T @ X, dZ.sum(0))),
    ("linear_backward", lambda X, W, dZ: (dZ @ W, dZ.T @ X)),
    *(
        ("two_layer_gradients", network_with(fault))
        for fault in ("sigmoid", "relu", "bend of dA", "input for hidden", "mean of b", "swapped")
    ),
    ("Value", TwiceOnlyOnce),
    ("Value", DepthFirst),
    ("Value", LeavesOnly),
    ("Value", SumOfFactors),
    ("Value", SechOnce),
    ("Value", TwoOperandsFail),
    ("Value", GradientsOfOnes),
    ("PlainSGD", WithSign),
    ("PlainSGD", Normalised),
    ("PlainSGD", Averaged),
    ("PlainSGD", OnlyFirst),
    ("PlainSGD", Freezes),
    ("PlainSGD", Replaces),
    ("fit_line", line_only_w),
    ("fit_line", line_solved),
    ("fit_line", line_as_tensors),
    ("fit_line", line_in_turn),
    ("fit_line", lambda x, y, rate, steps: (0.0, 0.0)),
    ("fit_network", network_untrained),
    ("fit_network", network_last_layer_only),
    ("fit_network", lambda *a: (fit_network_with_torchs_sgd(*a)[0], [])),
    ("fit_network", lambda X, Y, p, rate, n: fit_network_with_torchs_sgd(X, Y, p, rate, n + 1)),
    ("fit_network", lambda X, Y, p, rate, n: fit_network_with_torchs_sgd(X, Y, p, -rate, n)),
    ("train_from_scratch", scratch_mean_over_rows),
    ("train_from_scratch", scratch_one_short),
    ("train_from_scratch", scratch_losses_as_tensor),
    ("train_from_scratch", scratch_aliased),
    ("train_from_scratch", lambda *a: scratch_as_one_expression(*a)[0]),
    ("weigh_penguins", weigh_as_a_line),
    ("weigh_penguins", weigh_by_the_mean),
    ("weigh_penguins", weigh_as_predictions),
    ("weigh_penguins", weigh_as_module),
    ("weigh_penguins", lambda X, Y: {k: v.T for k, v in weigh_with_adam(X, Y).items()}),
    ("rates", dict.fromkeys(("η = 0.05", "η = 0.5", "η = 1", "η = 1.1"), "creeps")),
    ("rates", "creeps"),
    ("leftovers", {"grad after part 1": 6.0}),
    ("edges", {"z": 0.5, "a": 0.622, "L": 0.143}),
]


@pytest.mark.parametrize(("name", "answer"), WRONG)
def test_a_plausible_wrong_answer_never_reaches_all_points(name, answer):
    result = verdict(name, answer)
    assert result.points < full(name), str(result)


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
