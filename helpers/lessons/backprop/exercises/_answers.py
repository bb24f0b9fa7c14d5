"""Answers that the proofs of several exercises build on: right ones, and wrong ones made of them."""

import torch


def _network_as_columns(X, Y, W1, b1, W2, b2):
    x, y = X.T, Y.T
    a = torch.tanh(W1 @ x + b1[:, None])
    d2 = (W2 @ a + b2[:, None] - y) * (2 / y.numel())
    d1 = (W2.T @ d2) / torch.cosh(W1 @ x + b1[:, None]) ** 2
    return {"b2": d2.sum(1), "W2": d2 @ a.T, "b1": d1.sum(1), "W1": d1 @ x.T}
