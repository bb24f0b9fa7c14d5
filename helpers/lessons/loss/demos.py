"""Explorations of lesson 04: an outlier and one prediction, scores and their pull, a line by hand."""

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch.nn import functional as F

from helpers import data
from helpers.explore import Exploration, choice, explore, slider, whole_slider
from helpers.lessons.loss import figures as plots

PRICES = (240.0, 260.0, 280.0, 320.0)
"""Four house prices, in thousands; the fifth is the one to move."""


def huber_of(delta: float) -> plots.LossOfErrors:
    """Return the Huber loss with this δ as a function of the errors, entry by entry."""
    return lambda error: F.huber_loss(error, torch.zeros_like(error), reduction="none", delta=delta)


def draw_outlier(fifth: float = 350.0, delta: float = 50.0) -> Figure:
    """Draw three losses over one prediction for five houses, the fifth of which costs `fifth` thousand."""
    prices = [*PRICES, fifth]
    losses = {"MSE": torch.square, "MAE": torch.abs, f"Huber, δ = {delta:g}": huber_of(delta)}
    middle = sorted(prices)[2]
    return plots.moving_prediction(
        {"five houses": prices},
        losses,
        span=(150, 1000),
        axis_label="prediction in thousands",
        title=f"Mean {sum(prices) / 5:.0f}, median {middle:.0f}: which loss follows the fifth house?",
    )


def outlier() -> Exploration:
    """How far does each loss follow an outlier?"""
    return explore(
        draw_outlier,
        "From which fifth price on does MSE's best guess lie above all four other houses? "
        "Which δ makes Huber behave like MAE, and which like MSE?",
        fifth=slider(150, 4000, 10, 350, "fifth price in thousands"),
        delta=slider(5, 1000, 5, 50, "δ of Huber"),
    )


def draw_scores(cat: float = 2.0, dog: float = 1.0, fox: float = -0.5, label: int = 0) -> Figure:
    """Draw three scores, their softmax beside the truth, and the gradient of the cross-entropy."""
    scores = torch.tensor([cat, dog, fox])
    loss = F.cross_entropy(scores, torch.tensor(label))
    return plots.shares_and_pull(
        scores,
        label,
        class_names=("cat", "dog", "fox"),
        title=f"Cross-entropy loss {loss:.4f}",
    )


def scores() -> Exploration:
    """What does cross-entropy ask of the scores?"""
    return explore(
        draw_scores,
        "What happens to the loss when all three scores rise by the same amount? "
        "How large can the gradient of one score become?",
        cat=slider(-6, 6, 0.5, 2, "score of cat"),
        dog=slider(-6, 6, 0.5, 1, "score of dog"),
        fox=slider(-6, 6, 0.5, -0.5, "score of fox"),
        label=choice([("cat", 0), ("dog", 1), ("fox", 2)], 0, "truth"),
    )


def draw_line(slope: float = -4.0, intercept: float = 36.0, typos: int = 0) -> Axes:
    """Draw a line through real cars with its three losses; the heaviest `typos` were typed tenfold."""
    cars = data.auto_mpg()
    weight, mpg = cars.features[:, 3] / 1000, cars.target
    wrong = torch.zeros(len(mpg), dtype=torch.bool)
    wrong[weight.argsort(descending=True)[:typos]] = True
    mpg = torch.where(wrong, 10 * mpg, mpg)
    error = slope * weight + intercept - mpg
    return plots.lines_through(
        weight,
        mpg,
        {"your line": (slope, intercept)},
        wrong=wrong,
        axis_labels=("weight in 1,000 lb", "miles per gallon"),
        title=f"MSE {error.square().mean():.1f}   MAE {error.abs().mean():.2f}   "
        f"Huber (δ = 3) {huber_of(3.0)(error).mean():.2f}",
    )


def line() -> Exploration:
    """Fit a line by hand, with a number to tell better from worse."""
    return explore(
        draw_line,
        "How low can you bring the MSE by hand? Then let 12 cars be typed wrong: where does MSE want the line now?",
        slope=slider(-12, 4, 0.2, -4, "slope"),
        intercept=slider(10, 60, 0.5, 36, "height at weight 0"),
        typos=whole_slider(0, 20, 0, "cars typed wrong"),
    )
