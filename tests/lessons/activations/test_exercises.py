"""Answers to lesson 03 that learners really write, beside the declared ones: right ones pass, wrong ones do not."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.lessons.activations import check


def points(name, answer):
    return getattr(check, name)(answer, hidden=True).points


def full(name):
    return getattr(check, name).exercise.points


# Right answers in unusual forms.


def sigmoid_with_sign_cases(x):
    e = torch.exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_by_log(x):
    return torch.exp(-torch.log1p(torch.exp(-x)))


def slope_by_autograd(x):
    x = x.clone().requires_grad_(True)
    torch.sigmoid(x).sum().backward()
    return x.grad


def tanh_by_expm1(x):
    e = torch.expm1(-2 * x.abs())
    return -x.sign() * e / (e + 2)


def relu_by_masked_copy(x):
    a = x.clone()
    a[a < 0] = 0
    return a


def relu_by_max(x):
    return torch.max(x, torch.tensor(0.0))


def leaky_by_sum(x, negative_slope=0.01):
    return negative_slope * x + (1 - negative_slope) * x.clamp(min=0)


def leaky_by_in_place_copy(x, negative_slope: float = 1e-2):
    a = x.clone()
    a[x < 0] *= negative_slope
    return a


def softmax_by_movedim(z, dim):
    e = z.movedim(dim, -1).exp()
    return (e / e.sum(-1, keepdim=True)).movedim(-1, dim)


def stable_softmax_row_by_row(z, dim):
    rows = [torch.exp(row - row.max()) for row in z.unbind(1 - dim)] if z.dim() == 2 else None
    if rows is None:
        e = torch.exp(z - z.max())
        return e / e.sum()
    return torch.stack([e / e.sum() for e in rows], dim=1 - dim)


def stable_softmax_by_logarithms(z, dim):
    shifted = z - z.amax(dim, keepdim=True)
    return (shifted - shifted.exp().sum(dim, keepdim=True).log()).exp()


def gradient_sizes_by_sequential(layers, activation, X):
    for layer in layers:
        layer.weight.grad = layer.bias.grad = None
    a = X
    for layer in layers:
        a = activation(a @ layer.weight.T + layer.bias)
    torch.sum(a).backward()
    return [torch.mean(torch.abs(layer.weight.grad)).item() for layer in layers]


def dead_units_by_relu(X, W, b):
    A = torch.relu(F.linear(X, W, b))
    return len(W) - int(torch.count_nonzero(A.amax(dim=0)))


def digit_probabilities_by_index(X, layers):
    X = X.to(layers[0].weight.dtype)
    for i in range(len(layers) - 1):
        X = F.relu(layers[i](X))
    return F.softmax(layers[-1](X), dim=-1)


def random_layer_by_inverse(X, Y, X_new, W, b):
    A = F.relu(F.linear(X, W, b))
    V = torch.inverse(A.mT @ A + torch.diag(torch.full((len(b),), 10.0))) @ A.mT @ Y
    s = F.relu(F.linear(X_new, W, b)) @ V
    return {"scores": s, "classes": torch.argmax(s, 1), "dead": (A.sum(0) == 0).sum().item()}


RIGHT = [
    ("sigmoid", sigmoid_with_sign_cases),
    ("sigmoid", sigmoid_by_log),
    ("sigmoid_slope", slope_by_autograd),
    ("sigmoid_slope", lambda x: 0.25 * (1 - torch.tanh(x / 2) ** 2)),
    ("tanh", tanh_by_expm1),
    ("tanh", lambda x: 1 - 2 * torch.sigmoid(-2 * x)),
    ("relu", relu_by_masked_copy),
    ("relu", relu_by_max),
    ("leaky_relu", leaky_by_sum),
    ("leaky_relu", leaky_by_in_place_copy),
    ("softmax", softmax_by_movedim),
    ("softmax", lambda z, dim: torch.div(z.exp(), z.exp().sum(dim, True))),
    ("stable_softmax", stable_softmax_row_by_row),
    ("stable_softmax", stable_softmax_by_logarithms),
    ("gradient_sizes", gradient_sizes_by_sequential),
    ("dead_units", dead_units_by_relu),
    ("digit_probabilities", digit_probabilities_by_index),
    ("random_layer", random_layer_by_inverse),
    ("xor_prediction", {"hidden at (1, 1)": [2.0, 1.0], "output at (1, 1)": 0.0, "output at (0, 1)": torch.tensor(1)}),
    ("gradient_limit", {"sigmoid": 9.5e-7, "tanh": 1, "relu": 1}),
    ("heads", {"price": "a", "tumour": " b ", "digit": "c", "photo": "d", "temperature": "A", "penguin": "C"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), RIGHT)
def test_an_unusual_right_answer_reaches_all_points(name, answer):
    verdict = getattr(check, name)(answer, hidden=True)
    assert verdict.points == full(name), str(verdict)


# Wrong answers that learners really write.


def relu_keeps_python_max(x):
    return max(x, 0)


def relu_as_list(x):
    return torch.tensor([max(0.0, float(v)) for v in x.flatten()]).reshape(x.shape)


def leaky_in_place(x, negative_slope=0.01):
    x[x < 0] *= negative_slope
    return x


def softmax_without_keepdim(z, dim):
    return torch.exp(z) / torch.exp(z).sum(dim)


def softmax_with_math(z, dim):
    total = sum(math.exp(v) for v in z.flatten())
    return torch.tensor([math.exp(v) / total for v in z.flatten()]).reshape(z.shape)


def stable_softmax_with_epsilon(z, dim):
    e = torch.exp(z)
    return e / (e.sum(dim, keepdim=True) + 1e-8)


def stable_softmax_nan_to_num(z, dim):
    e = torch.exp(z)
    return torch.nan_to_num(e / e.sum(dim, keepdim=True), nan=1.0)


def stable_softmax_by_mean(z, dim):
    e = torch.exp(z - z.mean())
    return e / e.sum(dim, keepdim=True)


def stable_softmax_by_a_fixed_number(z, dim):
    e = torch.exp(z - 1000)
    return e / e.sum(dim, keepdim=True)


def stable_softmax_by_half_the_maximum(z, dim):
    e = torch.exp(z - z.amax(dim, keepdim=True) / 2)
    return e / e.sum(dim, keepdim=True)


def stable_softmax_detours_by_numpy(z, dim):
    shifted = np.exp(z.numpy() - z.numpy().max(axis=dim, keepdims=True))
    return torch.from_numpy(shifted / shifted.sum(axis=dim, keepdims=True))


def gradient_sizes_of_the_activations(layers, activation, X):
    a, kept = X, []
    for layer in layers:
        a = activation(layer(a))
        a.retain_grad()
        kept.append(a)
    a.sum().backward()
    return [a.grad.abs().mean().item() for a in kept]


def gradient_sizes_of_the_mean(layers, activation, X):
    a = X
    for layer in layers:
        layer.zero_grad()
        a = activation(layer(a))
    a.mean().backward()
    return [layer.weight.grad.abs().mean().item() for layer in layers]


def gradient_sizes_last_layer_bare(layers, activation, X):
    a = X
    for layer in layers:
        layer.zero_grad()
    for layer in layers[:-1]:
        a = activation(layer(a))
    layers[-1](a).sum().backward()
    return [layer.weight.grad.abs().mean().item() for layer in layers]


def gradient_sizes_as_tensors(layers, activation, X):
    a = X
    for layer in layers:
        a = activation(layer(a))
    grads = torch.autograd.grad(a.sum(), [layer.weight for layer in layers])
    return torch.stack([g.abs().mean() for g in grads])


def gradient_sizes_resets_inside_the_answer(layers, activation, X):
    a = X
    for layer in layers:
        a = activation(layer(a))
    a.sum().backward()
    nn.Sequential(*layers).zero_grad()
    return [0.0 if layer.weight.grad is None else 1.0 for layer in layers]


def dead_units_without_transpose(X, W, b):
    return int((X @ W + b <= 0).all(dim=0).sum())


def dead_units_strictly_of_sums(X, W, b):
    return int((torch.relu(X @ W.T + b).sum() == 0).sum())


def dead_units_as_list(X, W, b):
    return (X @ W.T + b <= 0).all(dim=0)


def dead_units_by_mean(X, W, b):
    return int(((X @ W.T + b).mean(dim=0) < 0).sum())


def probabilities_by_sigmoid(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.sigmoid(layers[-1](a))


def probabilities_hard(X, layers):
    a = X.float()
    for layer in layers[:-1]:
        a = torch.relu(layer(a))
    return torch.softmax(layers[-1](a), dim=1).round()


def probabilities_normalised_twice(X, layers):
    a = X.float()
    for layer in layers:
        a = torch.relu(layer(a))
    p = torch.softmax(a, dim=0)
    return p / p.sum(dim=1, keepdim=True)


def probabilities_softmax_in_the_loop(X, layers):
    a = X.float()
    for layer in layers:
        a = torch.softmax(layer(a), dim=1)
    return a


def random_layer_of_probabilities(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(len(b)), A.T @ Y)
    scores = torch.softmax(A_new @ V, dim=1)
    return {"scores": scores, "classes": scores.argmax(1), "dead": int((A <= 0).all(0).sum())}


def random_layer_argmax_of_columns(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(len(b)), A.T @ Y)
    scores = A_new @ V
    return {"scores": scores, "classes": scores.argmax(0), "dead": int((A <= 0).all(0).sum())}


def random_layer_ten_everywhere(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    scores = A_new @ torch.linalg.solve(A.T @ A + 10, A.T @ Y)
    return {"scores": scores, "classes": scores.argmax(1), "dead": int((A <= 0).all(0).sum())}


def random_layer_solved_from_y(X, Y, X_new, W, b):
    A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(len(b)), A.T @ Y)
    return A_new @ V


WRONG = [
    ("sigmoid", torch.sigmoid),
    ("sigmoid", lambda x: torch.sigmoid(x)),
    ("sigmoid", lambda x: 0.5 + 0.5 * torch.tanh(x / 2)),
    ("sigmoid", lambda x: 1 / (1 + torch.tensor(np.exp(-x.numpy())))),
    ("sigmoid", lambda x: 1 / (1 - torch.exp(-x))),
    ("sigmoid", lambda x: 1 / (1 + 2.7 ** (-x))),
    ("sigmoid", lambda x: x / (1 + x.abs())),
    ("sigmoid_slope", lambda x: torch.sigmoid(x) * (1 - x)),
    ("sigmoid_slope", lambda x: torch.exp(x) / (1 + torch.exp(x)) ** 2),
    ("sigmoid_slope", lambda x: (torch.sigmoid(x + 0.1) - torch.sigmoid(x)) / 0.1),
    ("sigmoid_slope", lambda x: torch.sigmoid(x) * torch.sigmoid(x)),
    ("sigmoid_slope", lambda x: torch.full_like(x, 0.25)),
    ("tanh", torch.tanh),
    ("tanh", lambda x: 2 * torch.sigmoid(2 * x)),
    ("tanh", lambda x: 2 * (torch.sigmoid(2 * x) - 1)),
    ("tanh", lambda x: x.clamp(-1, 1)),
    ("tanh", lambda x: (torch.exp(2 * x) - 1) / (torch.exp(2 * x) + 1)),
    ("tanh", lambda x: torch.sinh(x) / torch.cosh(x)),
    ("relu", torch.relu),
    ("relu", lambda x: F.relu(x)),
    ("relu", lambda x: nn.ReLU()(x)),
    ("relu", nn.ReLU()),
    ("relu", relu_keeps_python_max),
    ("relu", relu_as_list),
    ("relu", lambda x: x.clamp(min=0.01)),
    ("relu", lambda x: torch.log(1 + torch.exp(x))),
    ("relu", lambda x: x.clamp_(min=0)),
    ("leaky_relu", F.leaky_relu),
    ("leaky_relu", leaky_in_place),
    ("leaky_relu", lambda x, negative_slope: torch.where(x > 0, x, negative_slope * x)),
    ("leaky_relu", lambda x, negative_slope=0.01: torch.where(x > 0, x, x / negative_slope)),
    ("leaky_relu", lambda x, negative_slope=0.01: torch.where(x > 0, x, x - negative_slope)),
    ("leaky_relu", lambda x, negative_slope=0.01: torch.minimum(x, negative_slope * x)),
    ("softmax", torch.softmax),
    ("softmax", lambda z, dim: F.log_softmax(z, dim).exp()),
    ("softmax", softmax_without_keepdim),
    ("softmax", softmax_with_math),
    ("softmax", lambda z, dim: 2**z / (2**z).sum(dim, keepdim=True)),
    ("softmax", lambda z, dim: torch.exp(z) / torch.exp(z).norm(dim=dim, keepdim=True)),
    ("softmax", lambda z, dim: torch.exp(z / z.sum(dim, keepdim=True))),
    ("stable_softmax", stable_softmax_with_epsilon),
    ("stable_softmax", stable_softmax_nan_to_num),
    ("stable_softmax", stable_softmax_by_mean),
    ("stable_softmax", stable_softmax_by_a_fixed_number),
    ("stable_softmax", stable_softmax_by_half_the_maximum),
    ("stable_softmax", stable_softmax_detours_by_numpy),
    ("stable_softmax", lambda z, dim: F.softmax(z, dim=dim)),
    ("stable_softmax", lambda z, dim: torch.exp(z - torch.logsumexp(z, dim, keepdim=True))),
    ("gradient_sizes", gradient_sizes_of_the_activations),
    ("gradient_sizes", gradient_sizes_of_the_mean),
    ("gradient_sizes", gradient_sizes_last_layer_bare),
    ("gradient_sizes", gradient_sizes_as_tensors),
    ("gradient_sizes", gradient_sizes_resets_inside_the_answer),
    ("gradient_sizes", lambda layers, activation, X: [0.0] * len(layers)),
    ("dead_units", dead_units_without_transpose),
    ("dead_units", dead_units_strictly_of_sums),
    ("dead_units", dead_units_as_list),
    ("dead_units", dead_units_by_mean),
    ("dead_units", lambda X, W, b: int((b < 0).sum())),
    ("digit_probabilities", probabilities_by_sigmoid),
    ("digit_probabilities", probabilities_hard),
    ("digit_probabilities", probabilities_normalised_twice),
    ("digit_probabilities", probabilities_softmax_in_the_loop),
    ("digit_probabilities", lambda X, layers: torch.softmax(layers[-1](X.float()), dim=1)),
    ("random_layer", random_layer_of_probabilities),
    ("random_layer", random_layer_argmax_of_columns),
    ("random_layer", random_layer_ten_everywhere),
    ("random_layer", random_layer_solved_from_y),
    ("random_layer", lambda X, Y, X_new, W, b: {"scores": None, "classes": None, "dead": 0}),
    ("xor_prediction", {"hidden at (1, 1)": (2, 0), "output at (1, 1)": 2, "output at (0, 1)": 1}),
    ("xor_prediction", {"hidden at (1, 1)": 2, "output at (1, 1)": 0, "output at (0, 1)": 1}),
    ("xor_prediction", (2, 1)),
    ("gradient_limit", {"sigmoid": 0.0, "tanh": 1, "relu": 1}),
    ("gradient_limit", {"sigmoid": 1e-6, "tanh": 1, "relu": 1}),
    ("gradient_limit", {"sigmoid": 0.25**10, "tanh": 0.5**10, "relu": 1}),
    ("gradient_limit", 0.25**10),
    ("heads", "C"),
    ("heads", {"price": "A"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), WRONG)
def test_a_wrong_answer_does_not_reach_all_points(name, answer):
    assert points(name, answer) < full(name)


def test_the_overflowing_softmax_keeps_the_point_for_ordinary_scores():
    assert points("stable_softmax", lambda z, dim: z.exp() / z.exp().sum(dim, True)) == 1


def test_the_overflowing_tanh_keeps_the_point_near_zero():
    assert points("tanh", lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())) == 1


def test_only_the_repeatable_part_is_lost_when_gradients_pile_up():
    def piles_up(layers, activation, X):
        a = X
        for layer in layers:
            a = activation(layer(a))
        a.sum().backward()
        return [layer.weight.grad.abs().mean().item() for layer in layers]

    verdict = check.gradient_sizes(piles_up, hidden=True)
    assert verdict.points == 2
    assert "zero_grad" in verdict.mistake
