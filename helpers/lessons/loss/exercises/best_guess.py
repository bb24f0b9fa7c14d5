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
        {"mse": 280.0, "mae": 290.0, "mse_typo": 280.0, "mae_typo": 920.0},
        "Your two losses are swapped: squares balance where the errors add up to 0, distances where as many "
        "houses lie above as below.",
    ),
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
    mistake(
        {"mse": 1600.0},
        "1600 is the loss itself. Asked is the prediction at which it is lowest: a price in thousands.",
    ),
    mistake(
        {"mae": 34.0},
        "34 is the loss itself, the mean distance. Asked is the prediction at which it is lowest: a price in "
        "thousands.",
    ),
    mistake(
        {"mse": 290_000.0},
        "The prices are meant in thousands: write 240 for 240,000, and your guesses in the same way.",
    ),
    mistake(
        {"mse": 295.0},
        "295 is the middle between the lowest price and the highest. The other three houses pull, too: errors with "
        "their signs must add up to 0.",
    ),
    mistake(
        {"mse_typo": 1870.0},
        "1870 is the middle between the lowest price and the highest. The other three houses pull, too: errors with "
        "their signs must add up to 0.",
    ),
    mistake(
        {"mse": 362.5},
        "You divided the sum by four. There are five houses.",
    ),
    mistake(
        {"mse_typo": 1150.0},
        "You divided the sum by four. There are five houses, the one with the typing error included.",
    ),
    mistake(
        {"mse": 920.0},
        "920 belongs to the prices with the typing error. Here the last house costs 350; if your program wrote 3500 "
        "into `prices`, work on a copy.",
    ),
    mistake(
        {"mae": 320.0},
        "At 320 three houses lie below and one above. The third of five has two on each side.",
    ),
    mistake(
        {"mae_typo": 320.0},
        "At 320 three houses lie below and one above, and it does not matter how far above. The third of five has two "
        "on each side.",
    ),
    mistake(
        {"mae_typo": 300.0},
        "Moving up from the middle house you leave three houses and come closer to two. How far away the "
        "3500 lies makes no difference.",
    ),
    mistake(
        {"mse_typo": 275.0},
        "You left the typing error out, 1100 / 4. The loss knows nothing of typing errors: all five numbers count.",
    ),
    mistake(
        {"mae_typo": 270.0},
        "You left the typing error out and took the middle of the other four. All five numbers count; sort them and "
        "take the third.",
    ),
    mistake(
        {"mse_typo": 280.0},
        "280 is the median, which a typing error leaves alone. Squares are balanced by the mean, and the mean goes "
        "along.",
    ),
    mistake(
        {"mse_typo": 900.0},
        "A mean is the right idea; add the five numbers up once more. The 3500 takes the place of the 350.",
    ),
    mistake(
        {"mse": 300.0},
        "300 was the prediction in the picture, and it is not the best: the errors add up to 50 there, not to 0.",
    ),
    mistake(
        {"mae": 300.0},
        "300 was the prediction in the picture, and it is not the best. Moving down from 300 you come closer to three "
        "houses and leave two.",
    ),
    mistake(
        {"mae_typo": 3500.0},
        "3500 is the typing error itself. At that guess four houses lie below and none above.",
    ),
]
alternatives = [
    {"mse": 290, "mae": 280, "mse_typo": 920, "mae_typo": torch.tensor(280.0)},
    {"mse": 290, "mae": 280, "mse_typo": 920, "mae_typo": torch.tensor(280.0)},
]
also_wrong = [
    {"mse": 290, "mae": 280, "mse_typo": 938, "mae_typo": 280},
    {"mse": 290, "mae": 280, "mse_typo": 920},
    [290, 280, 920, 280],
]
hints = [
    "For squares: at which guess do the five errors, with their signs, add up to 0? For distances: at which "
    "guess do as many houses lie above as below?",
    "The errors add up to 0 at the mean; as many houses lie above as below at the median.",
    "The mean is the sum divided by five; for the median, sort the five and take the third.",
]
