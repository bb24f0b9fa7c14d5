"""Return the n-th Fibonacci number, exactly, as a power of [[1, 1], [1, 0]]."""

import torch

from helpers.checks import ready_made
from helpers.checks.exercise import FunctionExercise, case, forbid, mistake
from helpers.lessons.tensors.exercises._common import WITHOUT_A_LOOP

kind = FunctionExercise
EXACT_UP = "exact up to n = 90"
requirements = {"right for small n": 1, EXACT_UP: 1}


def inputs(draw):
    yield 6
    yield 0
    yield 1
    yield case(90, requirement=EXACT_UP)
    yield draw.integer(10, 30)
    yield case(draw.integer(60, 89), requirement=EXACT_UP)


def reference(n):
    return torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1].item()


forbidden = forbid(
    *ready_made.LOOPS,
    rule=WITHOUT_A_LOOP + ".",
    why="Here a matrix power does the repeating: no loop is needed.",
)
mistakes = [
    mistake(
        lambda n: (torch.tensor([[1, 1], [1, 0]]) ** n)[0, 1].item(),
        "`**` raises each entry to the power on its own, and 1ⁿ is 1. A product of matrices is wanted: "
        "`torch.linalg.matrix_power`.",
    ),
    mistake(
        lambda n: torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 0].item(),
        "One step too far: the entry [0, 0] is the next Fibonacci number. Look at [0, 1].",
    ),
    mistake(
        lambda n: torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[1, 1].item(),
        "One step behind: the entry [1, 1] is the Fibonacci number before. Look at [0, 1].",
    ),
    mistake(
        lambda n: int(torch.linalg.matrix_power(torch.tensor([[1.0, 1.0], [1.0, 0.0]]), n)[0, 1]),
        "float32 holds about 7 digits, so the large numbers come out rounded. Write the matrix with "
        "whole numbers: int64 is exact up to 9·10¹⁸.",
    ),
    mistake(
        lambda n: torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), n - 1)[0, 0].item(),
        "Right from n = 1 on, but n = 0 asks for the power −1, an inverse, which torch has for floats only. "
        "Which entry of the n-th power itself is the n-th number?",
    ),
    mistake(
        lambda n: torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), n),
        "That is the whole matrix. The number stands in one of its corners.",
    ),
]
alternatives = [
    lambda n: int(torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[1, 0]),
    lambda n: (torch.linalg.matrix_power(torch.tensor([[0, 1], [1, 1]]), n) @ torch.tensor([0, 1]))[
        0
    ].item(),
]
also_wrong = [
    lambda n: int(((1 + 5**0.5) / 2) ** n / 5**0.5 + 0.5),
    lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1].float().item(),
    lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]).int(), n)[0, 1].item(),
    lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]).double(), n)[0, 1].item(),
    lambda n: sum(torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0]).item(),
    lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1],
]
hints = [
    "Print the powers 1, 2, 3, 4 of the matrix and look for 1, 1, 2, 3.",
    "`torch.linalg.matrix_power(matrix, n)[0, 1]`, with a matrix of whole numbers.",
    "`.item()` takes the Python number out of a tensor with one element.",
]
