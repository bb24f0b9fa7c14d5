"""Compute what each meal costs in each shop, `(meals, shops)`."""

import torch
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, case, mistake
from helpers.lessons.tensors.exercises._common import OTHER

kind = FunctionExercise
requirements = {"right for two meals in two shops": 1, OTHER: 1}


def inputs(draw):
    yield torch.tensor([[2.0, 0.5], [1.0, 3.0]]), torch.tensor([[1.5, 4.0], [2.0, 3.0]])
    yield case(
        draw.uniform(3, 4, low=0.2, high=3),
        draw.uniform(2, 4, low=1, high=9),
        requirement=OTHER,
    )
    yield case(
        draw.uniform(1, 3, low=0.2, high=3),
        draw.uniform(5, 3, low=1, high=9),
        requirement=OTHER,
    )
    yield draw.uniform(2, 2, low=0.2, high=3), draw.uniform(2, 2, low=1, high=9)


def reference(amounts, prices):
    return amounts @ prices.T


mistakes = [
    mistake(
        lambda amounts, prices: amounts @ prices,
        "The inner sizes must be the same thing, not only the same number: ingredients meet shops "
        "here. Transpose the prices.",
    ),
    mistake(
        lambda amounts, prices: prices @ amounts.T,
        "These are the right numbers with a row for each shop. A row for each meal is asked: the "
        "amounts come first.",
    ),
    mistake(
        lambda amounts, prices: amounts * prices,
        "`*` multiplies entry by entry and adds nothing up. A cost is a sum over the ingredients: `@`.",
    ),
    mistake(
        lambda amounts, prices: (amounts * prices).sum(dim=1),
        "`*` lays meal 1 beside shop 1 and meal 2 beside shop 2. Every meal is to meet every shop: that is "
        "what `@` does.",
    ),
    mistake(
        lambda amounts, prices: amounts.T @ prices,
        "The wrong one is transposed: the ingredients must be the inner size of the product.",
    ),
]
alternatives = [
    lambda amounts, prices: torch.einsum("mi,si->ms", amounts, prices),
    lambda amounts, prices: (amounts[:, None, :] * prices[None, :, :]).sum(dim=2),
    lambda amounts, prices: torch.matmul(prices, amounts.mT).mT,
    F.linear,
    lambda a, p: torch.tensordot(a, p, dims=([1], [1])),
]
also_wrong = [
    lambda a, p: a @ p.reshape(p.shape[1], p.shape[0]),
    lambda a, p: (a[:, None] * p).mean(-1),
    lambda a, p: a.sum(1)[:, None] * p.sum(1),
    lambda a, p: a.T @ p.T,
    lambda a, p: torch.diag(a @ p.T) if len(a) == len(p) else a,
]
hints = [
    "Write down the shapes: `(meals, ingredients)` and `(shops, ingredients)`. Which must be inside?",
    "The ingredients are summed away, so they must be the last of the first and the first of the second.",
    "`.T` turns `(shops, ingredients)` into `(ingredients, shops)`.",
]
