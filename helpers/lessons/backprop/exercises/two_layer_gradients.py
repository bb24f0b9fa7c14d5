"""Return the gradients of the mean squared error of a two-layer tanh network for a whole batch."""

import torch

from helpers.checks.exercise import FunctionExercise, mistake
from helpers.lessons.backprop.exercises._answers import _network_as_columns
from helpers.lessons.backprop.exercises._common import BY_HAND, _by_rows, _forward, _network_slopes

kind = FunctionExercise
LAST_LAYER = "the last layer: W2, b2"
FIRST_LAYER = "the first layer: W1, b1"
requirements = {LAST_LAYER: 1, FIRST_LAYER: 2}
parts = {
    "W2": LAST_LAYER,
    "b2": LAST_LAYER,
    "W1": FIRST_LAYER,
    "b1": FIRST_LAYER,
}
forbidden = BY_HAND


def inputs(draw):
    yield (
        torch.tensor([[1.0, -0.5], [0.3, 2.0]]),
        torch.tensor([[1.5], [-0.7]]),
        torch.tensor([[0.5, -1.0], [0.2, 0.4]]),
        torch.tensor([0.1, -0.3]),
        torch.tensor([[1.2, -0.8]]),
        torch.tensor([0.6]),
    )
    for n, d, h, k in ((1, 3, 2, 1), (6, 2, 4, 3), (5, 3, 3, 3), (9, 4, 1, 2)):
        yield (
            draw.normal(n, d),
            draw.normal(n, k, mean=1.0),
            draw.normal(h, d, std=0.7),
            draw.normal(h),
            draw.normal(k, h),
            draw.normal(k),
        )


def reference(X, Y, W1, b1, W2, b2):
    names = ("W1", "b1", "W2", "b2")
    tensors = [t.clone().requires_grad_() for t in (W1, b1, W2, b2)]
    prediction = _forward(X, *tensors)[1]
    torch.nn.functional.mse_loss(prediction, Y).backward()
    return {name: t.grad for name, t in zip(names, tensors, strict=True)}


def _network_with(fault):
    def gradients(X, Y, W1, b1, W2, b2):
        Z = X @ W1.T + (0 if fault == "b1 forgotten" else b1)
        A = torch.tanh(Z)
        prediction = A @ W2.T + b2
        if fault == "tanh at the end":
            prediction = torch.tanh(prediction)
        dP = 2 * (prediction - Y) / Y.numel()
        dA = dP @ W2
        if fault == "sigmoid":
            dZ = dA * A * (1 - A)
        elif fault == "relu":
            dZ = dA * (Z > 0)
        elif fault == "bend of dA":
            dZ = dA * (1 - dA**2)
        elif fault == "tanh twice":
            dZ = dA * (1 - torch.tanh(A) ** 2)
        elif fault == "no square":
            dZ = dA * (1 - A)
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


def _with_biases_as_columns(X, Y, W1, b1, W2, b2):
    ones = torch.ones_like(X[:, :1])
    X1, A1 = torch.cat([X, ones], 1), torch.cat([(X @ W1.T + b1).tanh(), ones], 1)
    d2 = (A1 @ torch.cat([W2, b2[:, None]], 1).T - Y).mul(2 / Y.numel())
    d1 = torch.einsum("nk,kh->nh", d2, W2) / torch.cosh(X @ W1.T + b1).square()
    both2, both1 = d2.T @ A1, d1.T @ X1
    return {"W1": both1[:, :-1], "b1": both1[:, -1], "W2": both2[:, :-1], "b2": both2[:, -1]}


mistakes = [
    mistake(
        lambda *a: _network_slopes(*a, bend=lambda Z, A: torch.ones_like(A)),
        "The first layer's gradient goes through the tanh: multiply dA with its slope, 1 − A².",
    ),
    mistake(
        lambda *a: _network_slopes(*a, bend=lambda Z, A: 1 - Z**2),
        "The slope of tanh is 1 − A², with A = tanh(Z); you put Z in the place of A.",
    ),
    mistake(
        lambda *a: _network_slopes(*a, bend=lambda Z, A: A * (1 - A)),
        "A(1 − A) is the slope of the sigmoid. This network bends with tanh, whose slope is 1 − A².",
    ),
    mistake(
        lambda *a: _network_slopes(*a, scale=lambda Y: 1),
        "The loss is a mean over all entries of Y: divide by `Y.numel()`.",
    ),
    mistake(
        lambda *a: _network_slopes(*a, scale=len),
        "The mean runs over all entries of Y, n rows times k columns; you divided by n only.",
    ),
    mistake(
        lambda *a: _network_slopes(*a, scale=lambda Y: 2 * Y.numel()),
        "The square brings a factor 2 down.",
    ),
    mistake(
        lambda *a: _network_slopes(*a, scale=lambda Y: -Y.numel()),
        "All signs are wrong: the slope of (Ŷ − Y)² is 2(Ŷ − Y), positive where Ŷ is too large.",
    ),
    mistake(
        lambda *a: _network_slopes(
            *a, through=lambda dP, W2: dP.sum(1, keepdim=True).expand(-1, W2.shape[1])
        ),
        "On the way back from the output to A the weights W2 come in: dA = dŶ W2.",
    ),
    mistake(
        _network_with("tanh twice"),
        "The slope of tanh is 1 − A², and A is the result of tanh already; you take tanh of it once more.",
    ),
    mistake(
        _network_with("no square"),
        "The last layer is right. The slope of tanh is 1 − A²; in yours the square is missing.",
    ),
    mistake(
        _network_with("relu"),
        "1 where Z is positive, else 0: that is the slope of ReLU. This network bends with tanh; its slope is 1 − A².",
    ),
    mistake(
        _network_with("b1 forgotten"),
        "The forward pass is that of a network without b1. Compare it with A = tanh(X W1ᵀ + b1).",
    ),
    mistake(
        _network_with("tanh at the end"),
        "You bend the output, too. tanh stands behind the first layer only: Ŷ = A W2ᵀ + b2.",
    ),
    mistake(
        _network_with("input for hidden"),
        "All is right but W2. The input of the second layer is A, what comes out of tanh; you took Z, what goes in.",
    ),
    mistake(
        _network_with("mean of b"),
        "W1 and W2 are right. b1 and b2 go into every row, so their gradients are sums over the rows, not means: the "
        "1/n of the loss is in dŶ already.",
    ),
    mistake(
        lambda *a: _network_slopes(*a, scale=lambda Y: Y.numel() * len(Y)),
        "Your gradients are n times too small, n the number of rows: you divide by n once more. The 1/n of the loss "
        "comes in once, in dŶ.",
    ),
    mistake(
        lambda *a: _network_slopes(*a, scale=lambda Y: Y.shape[1]),
        "The mean runs over all entries of Y, n rows times k columns; you divided by the columns only.",
    ),
    mistake(
        lambda *a: {f"d{key}": slope for key, slope in _network_slopes(*a).items()},
        'None of the keys asked for is in your dict. They are "W1", "b1", "W2" and "b2".',
    ),
]
alternatives = [
    _network_slopes,
    lambda X, Y, W1, b1, W2, b2: _by_rows(X, Y, W1, b1, W2, b2),
    _network_as_columns,
    _with_biases_as_columns,
]
also_wrong = [
    _network_with("sigmoid"),
    _network_with("bend of dA"),
    _network_with("swapped"),
]
hints = [
    "Forward: Z1 = X W1ᵀ + b1, A = tanh(Z1), Ŷ = A W2ᵀ + b2. Keep A.",
    "Back: dŶ = 2(Ŷ − Y) / Y.numel(). The second layer is a linear layer whose input is A, so "
    "`linear_backward(A, W2, dY)` gives dA, dW2 and db2 at once.",
    "dZ1 = dA · (1 − A²), entry by entry. Then `linear_backward(X, W1, dZ1)` does the first layer.",
]
