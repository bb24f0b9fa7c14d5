"""Return the n-th Fibonacci number, exactly, as a power of [[1, 1], [1, 0]]."""

import numpy as np
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


def _pair_by_doubling(n):
    """Return the n-th Fibonacci number and the next, from those at half of n."""
    if n == 0:
        return 0, 1
    a, b = _pair_by_doubling(n // 2)
    c, d = a * (2 * b - a), a * a + b * b
    return (c, d) if n % 2 == 0 else (d, c + d)


def _power_of_floats(n):
    matrix = torch.tensor([[1, 1], [1, 0]], dtype=torch.float64)
    return int(torch.linalg.matrix_power(matrix, n)[0, 1].item())


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
    mistake(
        _power_of_floats,
        "float64 holds about 16 digits, and the 90th number has 19. Whole numbers are exact: int64 goes up to "
        "9·10¹⁸. Where does your program make floats of them?",
    ),
    mistake(
        lambda n: round(((1 + 5**0.5) / 2) ** n / 5**0.5),
        "The formula with the golden ratio is right on paper. Python's floats have about 16 digits, so from about "
        "n = 71 on the last ones are wrong. Stay with whole numbers from the first step to the last.",
    ),
    mistake(
        lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]).int(), n)[0, 1].item(),
        "int32 ends at 2,147,483,647 and wraps around beyond it, from n = 47 on. Torch's usual whole numbers, int64, "
        "have room for the 90th.",
    ),
    mistake(
        lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1].item() if n else 1,
        "Right from n = 1 on, but F₀ is 0, and for n = 0 you give 1. Which entry of the matrix to the power of 0 "
        "is 0?",
    ),
    mistake(
        lambda n: sum(torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0]).item(),
        "Two steps too far: the sum of the first row is already the sum of two neighbours. One entry alone is the "
        "n-th number.",
    ),
    mistake(
        lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0],
        "That is a whole row, two neighbouring numbers. A second index picks one of them, and `.item()` makes a "
        "Python number of it.",
    ),
    mistake(
        lambda n: n,
        "Your answer is n itself. A matrix times n multiplies each entry by n; what is asked is a product of n "
        "matrices: `torch.linalg.matrix_power`.",
    ),
    mistake(
        lambda n: 0,
        "Your answer is 0 every time. Does your program write into the global `M`? Then the next call begins with "
        "the changed one, and after n = 0 that is the identity for good. Give the power a name of its own.",
    ),
    mistake(
        lambda n: 8 if n == 6 else 0,
        "Right for n = 6, and 0 ever after. Does your program write into the global `M`? Then the next call begins "
        "with the changed one. Give the power a name of its own.",
    ),
]
alternatives = [
    lambda n: _pair_by_doubling(n)[0],
    lambda n: int(np.linalg.matrix_power(np.array([[1, 1], [1, 0]], dtype=object), n)[1, 0]),
    lambda n: 0 if n == 0 else int(torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n - 1)[0, 0]),
    lambda n: int(torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[1, 0]),
    lambda n: (torch.linalg.matrix_power(torch.tensor([[0, 1], [1, 1]]), n) @ torch.tensor([0, 1]))[
        0
    ].item(),
]
also_wrong = [
    lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1].float().item(),
    lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]).double(), n)[0, 1].item(),
    lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1],
]
hints = [
    "Print the powers 1, 2, 3, 4 of the matrix and look for 1, 1, 2, 3.",
    "`torch.linalg.matrix_power(matrix, n)[0, 1]`, with a matrix of whole numbers.",
    "`.item()` takes the Python number out of a tensor with one element.",
]
