"""Predict which single number has the lowest loss for five house prices, before and after a typing error."""

import torch

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
MSE_RIGHT = "MSE, right prices"
MAE_RIGHT = "MAE, right prices"
MSE_WITH = "MSE, with the typing error"
MAE_WITH = "MAE, with the typing error"
requirements = {
    MSE_RIGHT: 0.5,
    MAE_RIGHT: 0.5,
    MSE_WITH: 0.5,
    MAE_WITH: 0.5,
}
parts = {
    "mse": MSE_RIGHT,
    "mae": MAE_RIGHT,
    "mse_typo": MSE_WITH,
    "mae_typo": MAE_WITH,
}
reference = {"mse": 290.0, "mae": 280.0, "mse_typo": 920.0, "mae_typo": 280.0}
atol = 0.5
mistakes = [
    mistake(
        {"mse_typo": 290.0},
        "The squared error of 3,500 is enormous, so the best guess for MSE moves towards it. Work out the "
        "mean of the five numbers again.",
    ),
    mistake(
        {"mae_typo": 920.0},
        "920 is the mean. For the sum of the distances only the order counts: walk from 920 down to 280 and "
        "you come closer to four houses while you leave one.",
    ),
    mistake(
        {"mse": 280.0},
        "280 is the median, the house in the middle. The sum of squared distances is lowest at the mean.",
    ),
    mistake(
        {"mae": 290.0},
        "290 is the mean. For absolute distances the middle house, the median, is best.",
    ),
]
alternatives = [
    {"mse": 290, "mae": 280, "mse_typo": 920, "mae_typo": torch.tensor(280.0)},
    {"mse": 290, "mae": 280, "mse_typo": 920, "mae_typo": torch.tensor(280.0)},
]
also_wrong = [
    {"mse": 290, "mae": 280, "mse_typo": 938, "mae_typo": 280},
    {"mse": 290, "mae": 280, "mse_typo": 920, "mae_typo": 300},
    {"mse": 280, "mae": 290, "mse_typo": 280, "mae_typo": 920},
    {"mse": 290, "mae": 280, "mse_typo": 920},
    [290, 280, 920, 280],
]
hints = [
    "For squares: at which guess do the five errors, with their signs, add up to 0? For distances: at which "
    "guess do as many houses lie above as below?",
    "The errors add up to 0 at the mean; as many houses lie above as below at the median.",
    "The mean is the sum divided by five; for the median, sort the five and take the third.",
]
