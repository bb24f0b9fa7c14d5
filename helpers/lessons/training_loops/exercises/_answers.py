"""Answers that the proofs of several exercises build on: right ones, and wrong ones made of them."""

from torch import nn


def _step_with_closure(model, loss_function, optimizer, X, Y):
    def closure():
        model.zero_grad()
        loss = loss_function(model(X), Y)
        loss.backward()
        return loss

    return float(optimizer.step(closure).detach())


class _Always(nn.Module):
    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def forward(self, rows):
        return self.scores.expand(len(rows), -1)
