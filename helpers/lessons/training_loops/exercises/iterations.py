"""Work out how many batches there are, and how large the last one is."""

import torch

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
BATCHES_EVEN = "batches of an even split"
BATCHES_UNEVEN = "batches of an uneven split"
LAST_BATCH = "the last batch"
STEPS_WHOLE = "steps of a whole training"
requirements = {
    BATCHES_EVEN: 0.25,
    BATCHES_UNEVEN: 0.25,
    LAST_BATCH: 0.25,
    STEPS_WHOLE: 0.25,
}
parts = {
    "A": BATCHES_EVEN,
    "B": BATCHES_UNEVEN,
    "C": LAST_BATCH,
    "D": STEPS_WHOLE,
}
reference = {"A": 100, "B": 29, "C": 5, "D": 560}
mistakes = [
    mistake({"B": 28}, "28 batches hold 28 · 64 = 1,792 pictures. Where do the others go?"),
    mistake({"C": 64}, "1,797 is no multiple of 64: the last batch gets what is left."),
    mistake({"C": 0}, "`%` gives what is left over: 1797 % 64 is not 0."),
    mistake(
        {"B": 1797 / 64},
        "There is no part of a batch: the digits that are left over make one more, smaller batch.",
    ),
    mistake({"C": 59}, "59 digits are missing in it to make it full. How many does it hold?"),
    mistake({"D": 28}, "28 steps make one epoch. How many epochs are there?"),
    mistake({"D": 580}, "With `drop_last=True` the small batch at the end is left out."),
    mistake({"A": 10_000}, "One iteration handles a whole batch of 100 samples."),
    mistake({"A": 1_000_000}, "You multiplied. How many batches of 100 fit into 10,000 samples?"),
    mistake(
        {"D": 579}, "Each of the 20 epochs leaves its small batch out, not the last epoch alone."
    ),
    mistake(
        {"D": 561},
        "What is left over in one epoch is not joined to the next: each epoch begins anew with all digits.",
    ),
    mistake(
        {"D": 29}, "29 is one epoch with its small batch. Leave that out, and count all 20 epochs."
    ),
    mistake({"C": 4}, "One too few: 28 · 64 = 1,792. How many are missing to 1,797?"),
    mistake({"C": 6}, "One too many: 28 · 64 = 1,792. How many are missing to 1,797?"),
    mistake(
        {"B": 30}, "28 full batches and one with what is left over: that makes one fewer than 30."
    ),
    mistake(
        {"C": 1797 / 64 - 28},
        "That is the share of a full batch. How many digits are it, of 64?",
    ),
]
alternatives = [
    {"A": 100.0, "B": torch.tensor(29), "C": 5, "D": 560},
]
also_wrong = [
    {"A": 100, "B": 28, "C": 64, "D": 580},
]
hints = [
    "Divide the samples by the batch size. What if it does not come out even?",
    "`math.ceil(1797 / 64)` counts a started batch as a batch; `1797 % 64` is what it holds.",
    "D: batches of an epoch without the small one, times the number of epochs.",
]
