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
    mistake(
        lambda a, p: a @ p.reshape(p.shape[1], p.shape[0]),
        "The shape is right and the prices are mixed up: `reshape` keeps the order of the numbers and moves only the "
        "line breaks. To turn the table over, transpose it.",
    ),
    mistake(
        lambda a, p: a @ p if a.shape[1] == p.shape[0] else a @ p.T,
        "With as many shops as ingredients the prices fit untransposed, too: no error, and wrong costs. Do not try "
        "out what fits. The ingredients are what has to meet, every time.",
    ),
    mistake(
        lambda a, p: (a[:, None] * p).sum(1),
        "The products are right, and you added up over the shops. A cost is a sum over the ingredients, the last "
        "dimension.",
    ),
    mistake(
        lambda a, p: (a[:, None] * p).sum(0),
        "The products are right, and you added up over the meals. A cost is a sum over the ingredients, the last "
        "dimension.",
    ),
    mistake(
        lambda a, p: a[:, None] * p,
        "These are the costs of each ingredient of each meal in each shop. Add them up over the ingredients, the last "
        "dimension.",
    ),
    mistake(
        lambda a, p: a @ p.T / a.sum(dim=1, keepdim=True),
        "You divided by the units that a meal takes, which gives a mean price per unit. The cost of the whole meal is "
        "asked, so nothing is divided.",
    ),
    mistake(
        lambda a, p: a.sum(1)[:, None] * p.sum(1),
        "All units of a meal are added up before they meet the prices. Each ingredient has its own price: multiply "
        "first, then add.",
    ),
    mistake(
        lambda a, p: (a @ p.T).sum(),
        "That adds up the costs of all meals in all shops. One number for each meal and shop is asked.",
    ),
    mistake(
        lambda a, p: a @ p[:1].T,
        "These are the costs in the first shop only. Let all rows of `prices` take part.",
    ),
    mistake(
        lambda a, p: a[:, :1] * p[:, 0] + a[:, 1:2] * p[:, 1],
        "Right for two ingredients: from the third on they cost nothing in your program. A sum over all ingredients, "
        "however many, is what `@` does.",
    ),
    mistake(
        lambda a, p: (a @ p.T).squeeze(),
        "The numbers are right. `squeeze` takes every dimension of size 1 away, and there may be a single meal or "
        "shop. The shape is always `(meals, shops)`.",
    ),
]
alternatives = [
    lambda a, p: torch.stack([torch.stack([(meal * shop).sum() for shop in p]) for meal in a]),
    lambda a, p: torch.stack([torch.mv(a, shop) for shop in p], dim=1),
    lambda amounts, prices: torch.einsum("mi,si->ms", amounts, prices),
    lambda amounts, prices: (amounts[:, None, :] * prices[None, :, :]).sum(dim=2),
    lambda amounts, prices: torch.matmul(prices, amounts.mT).mT,
    F.linear,
    lambda a, p: torch.tensordot(a, p, dims=([1], [1])),
]
also_wrong = [
    lambda a, p: (a @ p.T)[:1],
    lambda a, p: (a @ p.T).round(),
    lambda a, p: (a[:, None] * p).mean(-1),
    lambda a, p: a.T @ p.T,
    lambda a, p: torch.diag(a @ p.T) if len(a) == len(p) else a,
]
hints = [
    "Write down the shapes: `(meals, ingredients)` and `(shops, ingredients)`. Which must be inside?",
    "The ingredients are summed away, so they must be the last of the first and the first of the second.",
    "`.T` turns `(shops, ingredients)` into `(ingredients, shops)`.",
]
