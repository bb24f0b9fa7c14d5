"""The exercises of lesson 01: tensors, their shapes and dtypes, and how they combine."""

import torch

from helpers.checks.compare import Finding, compare
from helpers.checks.exercise import (
    ChoiceExercise,
    FunctionExercise,
    RepairExercise,
    ValueExercise,
    case,
    exercise,
    forbid,
    mistake,
)

LESSON = "01_tensors"
SMALL, OTHER = "right for a small example", "right for other sizes"
NO_LOOP = "The point of this exercise is to let tensor operations do the looping."

DTYPES = {
    "torch.tensor([3, 4, 5])": "int64",
    "torch.tensor([3, 4.5])": "float32",
    "torch.tensor([3, 4, 5]) / 1": "float32",
    "torch.tensor([3, 4, 5]) > 3": "bool",
}


@exercise(LESSON, points=2)
class dtype_guesses(ChoiceExercise):
    """Predict the dtype of four tensors."""

    options = {
        "int64": "whole numbers of 64 bits",
        "float32": "floating-point numbers of 32 bits",
        "float64": "floating-point numbers of 64 bits",
        "bool": "True or False",
    }
    reference = DTYPES
    requirements = {f"`{code}`": 0.5 for code in DTYPES}
    parts = {code: f"`{code}`" for code in DTYPES}
    mistakes = [
        mistake(
            DTYPES | {"torch.tensor([3, 4, 5])": "float32"},
            "No entry of [3, 4, 5] has a fraction, so torch keeps whole numbers: int64.",
        ),
        mistake(
            DTYPES | {"torch.tensor([3, 4.5])": "float64"},
            "A Python float has 64 bits, but `torch.tensor` makes float32 of it: half the memory, and "
            "what layers want.",
        ),
        mistake(
            DTYPES | {"torch.tensor([3, 4.5])": "int64"},
            "4.5 does not fit into whole numbers, and a tensor has one dtype for all its entries.",
        ),
        mistake(
            DTYPES | {"torch.tensor([3, 4, 5]) / 1": "int64"},
            "`/` may give fractions, so its result is a float32, even where every fraction is 0. `//` "
            "would keep int64.",
        ),
        mistake(
            DTYPES | {"torch.tensor([3, 4, 5]) > 3": "int64"},
            "A comparison answers True or False for each entry: bool.",
        ),
    ]
    hints = [
        "The cell above printed the dtypes of three tensors. Which of them has entries like these?",
        "One dtype must hold every entry. Division can leave the whole numbers; a comparison is a yes or no.",
    ]


@exercise(LESSON, points=2)
class to_unit_range(FunctionExercise):
    """Turn pixels from 0 … 255 into float32 values from 0 to 1."""

    requirements = {
        "right for one small picture of bytes": 1,
        "right for batches and other whole-number dtypes": 1,
    }

    def inputs(draw):
        yield torch.tensor([[51, 102], [204, 153]], dtype=torch.uint8)
        more = "right for batches and other whole-number dtypes"
        batch = draw.integers(3, 4, 5, low=3, high=240).to(torch.uint8)
        yield case(batch, requirement=more)
        yield case(draw.integers(2, 3, 3, low=3, high=240), requirement=more)
        yield draw.integers(2, 2, low=3, high=240).to(torch.uint8)

    def reference(images):
        return images.to(torch.float32) / 255

    mistakes = [
        mistake(
            lambda images: images.to(torch.float32),
            "The dtype is right, the range is not: the values still go up to 255.",
        ),
        mistake(
            lambda images: images / images.max(),
            "You divided by the largest pixel of this batch, so the same grey would get another value "
            "in each batch. 255 is the fixed white.",
        ),
        mistake(
            lambda images: images / 256,
            "The largest byte is 255, so divide by 255: white must become exactly 1.",
        ),
        mistake(
            lambda images: images.double() / 255,
            "The numbers are right, but `.double()` makes float64; layers want float32.",
        ),
        mistake(
            lambda images: images // 255,
            "The fractions are cut off, so all grey turns black: by `//`, or by casting back to whole numbers. "
            "Use `/` and keep the floats.",
        ),
    ]
    alternatives = [
        lambda images: images / 255,
        lambda images: images.float().mul(1 / 255),
        lambda images: torch.true_divide(images, 255.0),
    ]
    hints = [
        "Two steps: another dtype, another range.",
        "`.float()` (or `.to(torch.float32)`) changes the dtype.",
        "White is 255 and must become 1: by which number do you divide?",
    ]


SHAPES = {
    "(2, 5) + (5,)": (2, 5),
    "(2, 5) + (2,)": "error",
    "(4,) + (4, 1)": (4, 4),
    "(6, 1, 3) + (2, 1)": (6, 2, 3),
}


@exercise(LESSON, points=2)
class shape_guesses(ValueExercise):
    """Predict the shape that comes out of each addition, or "error"."""

    reference = SHAPES
    requirements = {f"`{code}`": 0.5 for code in SHAPES}
    parts = {code: f"`{code}`" for code in SHAPES}

    def compare(got, expected):
        # A shape where "error" is right is a wrong value, not a wrong kind: the kind would give it away.
        for code, right in expected.items():
            guess = got.get(code)
            is_error = isinstance(guess, str) and guess.strip().casefold() == "error"
            if not is_error and not isinstance(guess, tuple | list):
                words = 'Write a tuple without quotes, such as `(2, 3)`, or "error" with quotes.'
                return Finding("type", f"{code}: {words}")
            if compare(guess, right):
                return Finding("values", "not this.", f"{code}: ")
        return None

    mistakes = [
        mistake(
            SHAPES | {"(2, 5) + (2,)": (2, 5)},
            "Shapes are lined up from the right: the 2 of `(2,)` meets the 5, and neither is 1.",
        ),
        mistake(
            SHAPES | {"(2, 5) + (5,)": "error"},
            "`(5,)` is lined up from the right and read as `(1, 5)`: the row is used for both rows.",
        ),
        mistake(
            SHAPES | {"(4,) + (4, 1)": (4, 1)},
            "Not entry by entry: `(4,)` counts as `(1, 4)`, a row, and `(4, 1)` is a column. Torch gives no warning.",
        ),
        mistake(
            SHAPES | {"(4,) + (4, 1)": (4,)},
            "Lined up from the right, 4 meets 1, and the missing size meets 4. No dimension gets lost.",
        ),
        mistake(
            SHAPES | {"(4,) + (4, 1)": "error"},
            "Lined up from the right, 4 meets 1, and the missing size, which counts as 1, meets 4. Both stretch.",
        ),
        mistake(
            SHAPES | {"(6, 1, 3) + (2, 1)": (6, 1, 3)},
            "A size of 1 is what stretches: the larger of the two sizes comes out, never the smaller.",
        ),
        mistake(
            SHAPES | {"(6, 1, 3) + (2, 1)": "error"},
            "Lined up from the right, 3 meets 1, 1 meets 2, and 6 meets a missing size. Each time one of the two "
            "stretches.",
        ),
    ]
    hints = [
        "Write the two shapes below each other, right-aligned, and put 1 where a size is missing.",
        "In each column the sizes must be equal, or one of them must be 1. Is there a column where neither "
        "holds?",
    ]


@exercise(LESSON, points=2)
class correct_daily(FunctionExercise):
    """Add to each day's readings that day's own correction."""

    square = "right where there are as many days as stations"
    oblong = "right for any number of days and stations"
    requirements = {square: 1, oblong: 1}

    def inputs(draw):
        oblong = "right for any number of days and stations"
        yield torch.tensor([[61.0, 72.0], [65.0, 70.0]]), torch.tensor([0.5, -2.0])
        yield case(
            torch.tensor([[61.0, 72.0, 68.0], [65.0, 70.0, 75.0]]),
            torch.tensor([0.5, -2.0]),
            requirement=oblong,
        )
        yield draw.normal(4, 4, mean=60, std=9), draw.normal(4)
        yield case(draw.normal(5, 3, mean=60, std=9), draw.normal(5), requirement=oblong)
        yield case(draw.normal(1, 3, mean=60, std=9), draw.normal(1), requirement=oblong)

    def reference(readings, correction):
        return readings + correction[:, None]

    mistakes = [
        mistake(
            lambda readings, correction: readings + correction,
            "You corrected the columns: the last dimensions are lined up, so `(days,)` met the stations. "
            "With as many days as stations torch cannot notice. Turn the correction into a column first.",
        ),
        mistake(
            lambda readings, correction: readings - correction[:, None],
            "The correction is added, not subtracted.",
        ),
        mistake(
            lambda readings, correction: readings + correction.mean(),
            "You added the mean correction everywhere; each day has its own.",
        ),
        mistake(
            lambda readings, correction: readings.add_(correction[:, None]),
            "The values are right, but your code wrote into the caller's table. `a + b` makes a new "
            "tensor; `a += b` and `a.add_(b)` do not.",
        ),
    ]
    alternatives = [
        lambda readings, correction: readings + correction.unsqueeze(1),
        lambda readings, correction: (readings.T + correction).T,
        lambda readings, correction: correction.reshape(-1, 1) + readings,
        lambda readings, correction: torch.stack(
            [r + c for r, c in zip(readings, correction, strict=True)]
        ),
    ]
    hints = [
        "Write the two shapes below each other, right-aligned: which dimension does the correction meet?",
        "It must meet the days, so it needs the shape `(days, 1)`.",
        "`correction[:, None]` puts a new dimension of size 1 at the end.",
    ]


@exercise(LESSON, points=2)
class centre_crop(FunctionExercise):
    """Cut the middle square of `size` × `size` pixels out of every picture of a batch."""

    requirements = {
        "right for square pictures": 1,
        "right for oblong pictures, and where nothing is left over": 1,
    }

    def inputs(draw):
        more = "right for oblong pictures, and where nothing is left over"
        yield torch.arange(16.0).reshape(1, 4, 4) + 10, 2
        yield case(torch.arange(12.0).reshape(1, 2, 6) + 10, 2, requirement=more)
        yield draw.normal(3, 9, 9), 4
        yield draw.normal(5, 8, 8), 2
        yield case(draw.normal(2, 7, 10), 5, requirement=more)
        yield case(draw.normal(2, 6, 6), 6, requirement=more)

    def reference(images, size):
        top = (images.shape[1] - size) // 2
        left = (images.shape[2] - size) // 2
        return images[:, top : top + size, left : left + size]

    mistakes = [
        mistake(
            lambda images, size: images[:, :size, :size],
            "That is the top left corner. Start at `(height - size) // 2` instead of 0.",
        ),
        mistake(
            lambda images, size: images[
                :,
                (images.shape[1] - size) // 2 : size,
                (images.shape[2] - size) // 2 : size,
            ],
            "The number after the colon is where the slice stops, not how long it is: "
            "`top : top + size`.",
        ),
        mistake(
            lambda images, size: images[
                :,
                (images.shape[1] - size) // 2 : (images.shape[1] - size) // 2 + size,
                (images.shape[1] - size) // 2 : (images.shape[1] - size) // 2 + size,
            ],
            "You used the height for both directions. The width has its own start.",
        ),
        mistake(
            lambda images, size: images[
                :,
                (images.shape[1] - size) // 2 : -((images.shape[1] - size) // 2),
                (images.shape[2] - size) // 2 : -((images.shape[2] - size) // 2),
            ],
            "Counting the stop from the end fails where nothing is left over (`0 : -0` is empty) and where "
            "the rest is odd. Stop at `start + size`.",
        ),
        mistake(
            lambda images, size: images[
                (images.shape[1] - size) // 2 : (images.shape[1] - size) // 2 + size,
                (images.shape[2] - size) // 2 : (images.shape[2] - size) // 2 + size,
            ],
            "The first dimension counts the pictures. Begin with `:` to keep them all.",
        ),
    ]
    alternatives = [
        lambda images, size: images.narrow(1, (images.shape[1] - size) // 2, size).narrow(
            2, (images.shape[2] - size) // 2, size
        ),
        lambda images, size: images[
            :,
            (images.shape[1] - size) // 2 : (images.shape[1] + size) // 2,
            (images.shape[2] - size) // 2 : (images.shape[2] + size) // 2,
        ],
        lambda images, size: images[
            ..., (images.shape[1] - size) // 2 :, (images.shape[2] - size) // 2 :
        ][:, :size, :size],
    ]
    hints = [
        "How many rows are left over above and below, together? Half of them, rounded down, come first.",
        "One slice for each dimension: `images[:, rows, columns]`.",
        "`top = (images.shape[1] - size) // 2`, and the rows are `top : top + size`.",
    ]


@exercise(LESSON, points=2)
class fill_missing(FunctionExercise):
    """Replace every −999 by the mean of the other entries."""

    requirements = {SMALL: 1, "right for other sizes, and where nothing is missing": 1}

    def inputs(draw):
        more = "right for other sizes, and where nothing is missing"
        yield torch.tensor([[20.0, -999.0], [-4.0, 11.0]])
        readings = draw.normal(5, 3, mean=2, std=8)
        readings[1, 2] = readings[4, 0] = readings[4, 1] = -999.0
        yield case(readings, requirement=more)
        yield case(draw.normal(2, 4, mean=2, std=8), requirement=more)
        line = draw.normal(6, mean=-3, std=8)
        line[5] = -999.0
        yield case(line, requirement=more)
        small = draw.normal(2, 2, mean=2, std=8)
        small[0, 1] = -999.0
        yield small

    def reference(readings):
        missing = readings == -999
        return torch.where(missing, readings[~missing].mean(), readings)

    mistakes = [
        mistake(
            lambda readings: torch.where(readings == -999, readings.mean(), readings),
            "Your mean still counts the −999s. Take it over the entries that are there: "
            "`readings[~missing].mean()`.",
        ),
        mistake(
            lambda readings: readings.masked_fill_(readings == -999, readings.mean()),
            "Two things: your mean still counts the −999s, so take `readings[~missing].mean()`; and you wrote into "
            "the caller's table, so work on `readings.clone()`.",
        ),
        mistake(
            lambda readings: torch.where(
                readings == -999, readings[readings == -999].mean(), readings
            ),
            "That is the mean of the missing entries themselves, −999 again. `~missing` picks the others.",
        ),
        mistake(
            lambda readings: torch.where(readings < 0, readings[readings >= 0].mean(), readings),
            "Some real temperatures are below 0. Only −999 means missing.",
        ),
        mistake(
            lambda readings: readings[readings != -999],
            "A mask inside `[...]` picks entries and loses the table's shape. Here every entry keeps its "
            "place: `torch.where(mask, a, b)`.",
        ),
        mistake(
            lambda readings: readings.masked_fill_(
                readings == -999, readings[readings != -999].mean()
            ),
            "The values are right, but your code wrote into the caller's table. Work on "
            "`readings.clone()`, or let `torch.where` make a new tensor.",
        ),
        mistake(
            lambda readings: torch.where(readings == -999, 0.0, readings),
            "0 is a temperature too, and pulls the mean. Put the mean of the other entries there.",
        ),
    ]

    def _on_a_copy(readings):
        filled = readings.clone()
        filled[readings == -999] = readings[readings != -999].mean()
        return filled

    alternatives = [
        _on_a_copy,
        lambda readings: readings.masked_fill(
            readings == -999, readings[readings != -999].mean().item()
        ),
        lambda readings: torch.where(
            readings == -999,
            (readings * (readings != -999)).sum() / (readings != -999).sum(),
            readings,
        ),
    ]
    hints = [
        "Make a mask first: `missing = readings == -999`. `~missing` is its opposite.",
        "`readings[~missing].mean()` is the number to put in.",
        "`torch.where(missing, number, readings)` takes the number where the mask is True, else the entry.",
    ]


@exercise(LESSON, points=2)
class stack_photos(FunctionExercise):
    """Make one batch `(n, 3, h, w)` out of a list of n photographs `(h, w, 3)`."""

    requirements = {SMALL: 1, "right for other numbers and sizes of photographs": 1}

    def inputs(draw):
        more = "right for other numbers and sizes of photographs"
        yield [torch.arange(1.0, 7.0).reshape(1, 2, 3), torch.arange(11.0, 17.0).reshape(1, 2, 3)]
        yield case([draw.uniform(4, 5, 3) for _ in range(3)], requirement=more)
        yield case([draw.integers(3, 3, 3, low=0, high=256)], requirement=more)
        yield case([draw.uniform(2, 6, 3) for _ in range(4)], requirement=more)
        yield [draw.uniform(1, 2, 3) for _ in range(2)]

    def reference(photos):
        return torch.stack(photos).permute(0, 3, 1, 2)

    mistakes = [
        mistake(
            lambda photos: torch.stack(photos).reshape(len(photos), 3, *photos[0].shape[:2]),
            "The shape is right and the picture is scrambled: `reshape` reads the numbers in the old order "
            "and fills them into the new shape. `permute` moves whole dimensions.",
        ),
        mistake(
            lambda photos: torch.stack(photos),
            "The batch is there; the three colours still come last. Move that dimension to place 1.",
        ),
        mistake(
            lambda photos: torch.stack(photos).permute(0, 3, 2, 1),
            "Height and width changed places: the photographs lie on their side.",
        ),
        mistake(
            lambda photos: torch.cat(photos),
            "`cat` glues along a dimension that is there already. `stack` makes a new one for the "
            "photographs.",
        ),
        mistake(
            lambda photos: torch.cat(photos).permute(2, 0, 1),
            "`cat` made one tall photograph of them all. `stack` makes a new dimension for the photographs.",
        ),
        mistake(
            lambda photos: torch.stack(photos).permute(3, 0, 1, 2),
            "The colours came first and the photographs second. The batch is always dimension 0.",
        ),
    ]
    alternatives = [
        lambda photos: torch.stack([p.permute(2, 0, 1) for p in photos]),
        lambda photos: torch.stack(photos).movedim(-1, 1),
        lambda photos: torch.cat([p.permute(2, 0, 1).unsqueeze(0) for p in photos], dim=0),
        lambda photos: torch.stack(photos).transpose(1, 3).transpose(2, 3).contiguous(),
    ]
    hints = [
        "Two steps: a new dimension for the photographs, then another order of the dimensions.",
        "`torch.stack(photos)` has the shape `(n, h, w, 3)`.",
        "`permute(0, 3, 1, 2)` says: new dimension 0 is the old 0, new 1 is the old 3, …",
    ]


@exercise(LESSON, points=2)
class meal_costs(FunctionExercise):
    """Compute what each meal costs in each shop, `(meals, shops)`."""

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
    ]
    hints = [
        "Write down the shapes: `(meals, ingredients)` and `(shops, ingredients)`. Which must be inside?",
        "The ingredients are summed away, so they must be the last of the first and the first of the second.",
        "`.T` turns `(shops, ingredients)` into `(ingredients, shops)`.",
    ]


@exercise(LESSON, points=2)
class fibonacci(FunctionExercise):
    """Return the n-th Fibonacci number, exactly, as a power of [[1, 1], [1, 0]]."""

    requirements = {"right for small n": 1, "exact up to n = 90": 1}

    def inputs(draw):
        yield 6
        yield 0
        yield 1
        yield case(90, requirement="exact up to n = 90")
        yield draw.integer(10, 30)
        yield case(draw.integer(60, 89), requirement="exact up to n = 90")

    def reference(n):
        return torch.linalg.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1].item()

    forbidden = forbid(
        "for", "while", why="Here a matrix power does the repeating: no loop is needed."
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
            lambda n: int(
                torch.linalg.matrix_power(torch.tensor([[1.0, 1.0], [1.0, 0.0]]), n)[0, 1]
            ),
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
        lambda n: (
            torch.linalg.matrix_power(torch.tensor([[0, 1], [1, 1]]), n) @ torch.tensor([0, 1])
        )[0].item(),
    ]
    hints = [
        "Print the powers 1, 2, 3, 4 of the matrix and look for 1, 1, 2, 3.",
        "`torch.linalg.matrix_power(matrix, n)[0, 1]`, with a matrix of whole numbers.",
        "`.item()` takes the Python number out of a tensor with one element.",
    ]


@exercise(LESSON, points=2)
class standardize(FunctionExercise):
    """Shift and scale each column of a table to mean 0 and standard deviation 1."""

    requirements = {"right for a small table": 1, "right for tables of other sizes": 1}

    def inputs(draw):
        more = "right for tables of other sizes"
        yield torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 20.0]])
        yield case(draw.normal(7, 3, mean=5, std=2), requirement=more)
        yield case(draw.normal(4, 4, mean=-3, std=6), requirement=more)
        yield draw.normal(3, 2, mean=5, std=3)

    def reference(x):
        return (x - x.mean(dim=0)) / x.std(dim=0)

    mistakes = [
        mistake(
            lambda x: (x - x.mean()) / x.std(),
            "That is the mean of the whole table. `dim=0` gives one mean per column.",
        ),
        mistake(
            lambda x: (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True),
            "You standardised the rows. `dim=0` is the dimension that disappears: the rows are averaged "
            "away and one mean per column stays.",
        ),
        mistake(
            lambda x: (x - x.mean(1)) / x.std(1),
            "`dim=1` averages the columns away and leaves one number per row. One mean per column is wanted.",
        ),
        mistake(
            lambda x: (x - x.mean(0)) / x.var(0),
            "You divided by the variance. The standard deviation is its square root: `x.std(dim=0)`.",
        ),
        mistake(
            lambda x: x - x.mean(0) / x.std(0),
            "`/` binds stronger than `-`: the difference needs brackets.",
        ),
        mistake(
            lambda x: x - x.mean(0),
            "Each column has mean 0 now. It is still to be divided by its standard deviation.",
        ),
        mistake(
            lambda x: (x - x.mean(0)) / x.std(0, correction=0),
            "That standard deviation divides by n. `x.std(dim=0)` divides by n − 1, and so shall yours.",
        ),
        mistake(
            lambda x: (x - x.amin(0)) / (x.amax(0) - x.amin(0)),
            "That scales each column to the range from 0 to 1. Mean 0 and standard deviation 1 are asked.",
        ),
    ]
    alternatives = [
        lambda x: ((x.T - x.T.mean(1, keepdim=True)) / x.T.std(1, keepdim=True)).T,
        lambda x: (x - x.mean(0, keepdim=True)) * (1 / x.var(0, keepdim=True).sqrt()),
        lambda x: (x - x.sum(0) / len(x)) / x.std(0),
    ]
    hints = [
        "What is the shape of `x.mean(dim=0)`? One number for each …?",
        "Broadcasting subtracts that row of means from every row.",
        "`(x - means) / stds`, with `x.std(dim=0)`.",
    ]


@exercise(LESSON, points=2)
class similarities(FunctionExercise):
    """For each pair in a batch, the dot products of every row of `q` with every row of `k`."""

    requirements = {"right for one pair": 1, "right for whole batches": 1}

    def inputs(draw):
        yield torch.tensor([[[1.0, 2.0], [3.0, -1.0]]]), torch.tensor([[[2.0, 5.0], [4.0, 0.5]]])
        batches = "right for whole batches"
        yield case(draw.normal(3, 2, 4), draw.normal(3, 5, 4), requirement=batches)
        yield case(draw.normal(2, 3, 3), draw.normal(2, 3, 3), requirement=batches)
        yield draw.normal(1, 2, 2), draw.normal(1, 2, 2)

    def reference(q, k):
        return torch.einsum("bid,bjd->bij", q, k)

    forbidden = forbid("for", "while", why=NO_LOOP)
    mistakes = [
        mistake(
            lambda q, k: torch.einsum("bid,bjd->bji", q, k),
            "The right numbers, transposed: rows belong to `q`, so `i` comes before `j` in the output.",
        ),
        mistake(
            lambda q, k: torch.einsum("bid,bjd->ij", q, k),
            "A letter that is missing after the arrow is summed over: you added the whole batch up. Keep "
            "`b`.",
        ),
        mistake(
            lambda q, k: q @ k.reshape(k.shape[0], k.shape[2], k.shape[1]),
            "`reshape` does not transpose, it fills the numbers into another shape. With einsum no "
            "transposing is needed: name both last dimensions `d`.",
        ),
        mistake(
            lambda q, k: q @ k.permute(2, 1, 0),
            "`.T` turns all three dimensions round, the batch too. With einsum no transposing is needed: name both "
            "last dimensions `d`.",
        ),
        mistake(
            lambda q, k: q @ k,
            "The plain product sums over the last dimension of `q` and the middle one of `k`. Here both "
            "last ones, `d`, are summed.",
        ),
    ]
    alternatives = [
        lambda q, k: q @ k.mT,
        lambda q, k: torch.bmm(q, k.transpose(1, 2)),
        lambda q, k: (q[:, :, None, :] * k[:, None, :, :]).sum(-1),
    ]
    hints = [
        "Name the dimensions: `q` is `bid`, `k` is `bjd`. Which letters are in the output `(b, m, n)`?",
        "`d` is summed, so it does not appear after the arrow.",
        '`torch.einsum("bid,bjd->...", q, k)`: fill in the three letters.',
    ]


@exercise(LESSON, points=3)
class brighten(RepairExercise):
    """Mend `brighten`: each picture gets its own amount, stays within 0 … 255, and the input is untouched."""

    requirements = {
        "each picture gets its own amount": 1,
        "nothing wraps around below 0 or above 255": 1,
        "right for any number and size of pictures": 1,
    }

    def inputs(draw):
        wraps = "nothing wraps around below 0 or above 255"
        sizes = "right for any number and size of pictures"
        pictures = torch.tensor([[[10, 20], [30, 40]], [[50, 60], [70, 80]]], dtype=torch.uint8)
        yield pictures, torch.tensor([5, -7])
        bright = torch.tensor([[[250, 20], [130, 240]], [[50, 3], [170, 8]]], dtype=torch.uint8)
        yield case(bright, torch.tensor([30, -40]), requirement=wraps)
        batch = draw.integers(3, 4, 5, low=90, high=160).to(torch.uint8)
        yield case(batch, draw.integers(3, low=-80, high=80), requirement=sizes)
        one = draw.integers(1, 2, 3, low=0, high=256).to(torch.uint8)
        yield case(one, torch.tensor([90]), requirement=wraps)
        pair = draw.integers(2, 2, 2, low=90, high=160).to(torch.uint8)
        yield pair, draw.integers(2, low=-80, high=80)

    def broken(images, amounts):
        images += amounts
        return images.clamp(0, 255)

    def reference(images, amounts):
        return (images.int() + amounts[:, None, None]).clamp(0, 255).to(torch.uint8)

    def _columns(images, amounts):
        return (images + amounts).clamp(0, 255).to(torch.uint8)

    def _in_place(images, amounts):
        images += amounts[:, None, None]
        return images.clamp(0, 255)

    def _on_a_copy(images, amounts):
        copy = images.clone()
        copy += amounts[:, None, None]
        return copy.clamp(0, 255)

    mistakes = [
        mistake(
            broken,
            "Nothing is mended yet. Three questions: which dimension do the amounts meet, what happens to "
            "250 + 30 in uint8, and whose tensor does `+=` write into?",
        ),
        mistake(
            _columns,
            "Two of three bugs are gone. The amounts still meet the columns: `(n,)` is lined up from the "
            "right. They need the shape `(n, 1, 1)`.",
        ),
        mistake(
            lambda images, amounts: (images.int() + amounts[:, None]).clamp(0, 255).to(torch.uint8),
            "The amounts meet the rows now. `(n, 1)` is lined up from the right, and a picture has two dimensions "
            "after the first: they need the shape `(n, 1, 1)`.",
        ),
        mistake(
            _in_place,
            "The amounts meet the pictures now. `+=` still writes into the caller's uint8 tensor, where "
            "250 + 30 wraps around to 24.",
        ),
        mistake(
            _on_a_copy,
            "The caller's tensor is safe now, but 250 + 30 has become 24 before `clamp` sees it. Add and clamp "
            "in a wider dtype, and go back to uint8 last.",
        ),
        mistake(
            lambda images, amounts: (images + amounts[:, None, None]).clamp(0, 255),
            "The values are right; the dtype became int64. A picture goes back to uint8 after `clamp`.",
        ),
    ]
    alternatives = [
        lambda images, amounts: (
            (images.float() + amounts.view(-1, 1, 1)).clamp(min=0, max=255).byte()
        ),
        lambda images, amounts: torch.stack(
            [(p.to(torch.int64) + a).clamp(0, 255) for p, a in zip(images, amounts, strict=True)]
        ).to(images.dtype),
        lambda images, amounts: (images + amounts[:, None, None]).clip(0, 255).type(torch.uint8),
    ]
    hints = [
        "There are three bugs. Try `brighten` on one small picture and look at the input afterwards, too.",
        "`images + amounts[:, None, None]` makes a new tensor in a dtype that holds 280 and −32.",
        "Clamp that, then `.to(torch.uint8)`.",
    ]


@exercise(LESSON, points=3)
class pairwise_distances(FunctionExercise):
    """Compute the distances between all pairs of rows of a table, without a loop."""

    requirements = {
        SMALL: 1,
        "right for other sizes, without a loop or a ready-made distance": 1,
        "exact where the values are large": 1,
    }

    def inputs(draw):
        yield torch.tensor([[1.0, 2.0], [4.0, 6.0], [1.0, 14.0]])
        large = torch.tensor([[3750.0, 181.0], [3753.0, 185.0], [3750.0, 181.5]])
        yield case(large, requirement="exact where the values are large")
        other = "right for other sizes, without a loop or a ready-made distance"
        yield case(draw.normal(6, 3), requirement=other)
        yield case(draw.normal(4, 4, mean=2), requirement=other)
        yield case(draw.normal(3, 5), requirement=other)
        yield case(
            draw.normal(30, 4, mean=4000, std=3), requirement="exact where the values are large"
        )
        yield draw.normal(3, 2, std=4)

    # Room for the expanded square on values near 1, where only the diagonal suffers a little.
    atol = 2e-3
    rtol = 1e-3

    def reference(x):
        return (x[:, None, :] - x[None, :, :]).square().sum(dim=2).sqrt()

    def _expanded(x, lowest=0.0):
        squares = (x * x).sum(1)
        return (squares[:, None] + squares - 2 * x @ x.T).clamp(min=lowest).sqrt()

    forbidden = forbid(
        "for",
        "while",
        "cdist",
        "pdist",
        "pairwise_distance",
        "vmap",
        "map",
        why=NO_LOOP + " Differences of all pairs come from broadcasting.",
        requirement="right for other sizes, without a loop or a ready-made distance",
    )
    mistakes = [
        mistake(
            lambda x: (x[:, None] - x[None]).square().sum(2),
            "These are the squares of the distances. The root is still to be taken.",
        ),
        mistake(
            lambda x: (x[:, None] - x[None]).square().sum().sqrt(),
            "Without `dim` the sum runs over all pairs as well. Only the columns, dimension 2, are to disappear.",
        ),
        mistake(
            lambda x: (x[:, None] - x[None]).abs().sum(2),
            "That adds up the absolute differences, the way round the corner. The straight way is the root "
            "of the sum of squares.",
        ),
        mistake(
            lambda x: (x[:, None] - x[None]).sum(2).square().sqrt(),
            "You summed before squaring, so plus and minus cancelled. Square first.",
        ),
        mistake(
            lambda x: (x[:, None] - x[None]).square().mean(2).sqrt(),
            "You took the mean over the columns where the sum is wanted.",
        ),
        mistake(
            lambda x: (x[:, None] - x[None]).square().sum(1).sqrt(),
            "You summed over dimension 1, the partners. The columns, dimension 2, are to disappear.",
        ),
        mistake(
            lambda x: (x - x).square().sum(1).sqrt(),
            "`x - x` subtracts each row from itself. To meet all others, one copy needs the shape "
            "`(n, 1, d)`.",
        ),
        mistake(
            _expanded,
            "‖a‖² + ‖b‖² − 2 a·b is right on paper. For large values it subtracts two huge, nearly equal "
            "numbers, and float32 keeps only about 7 digits of each. Take the differences first.",
        ),
        mistake(
            lambda x: ((x * x).sum(1)[:, None] + (x * x).sum(1) - 2 * x @ x.T).sqrt(),
            "‖a‖² + ‖b‖² − 2 a·b is right on paper, but rounding can push it below 0, and the root of that "
            "is nan. Take the differences first.",
        ),
    ]
    alternatives = [
        lambda x: (x.unsqueeze(1) - x).norm(dim=-1),
        lambda x: torch.linalg.vector_norm(x[None] - x[:, None], dim=2),
        lambda x: ((x[:, None] - x) ** 2).sum(-1) ** 0.5,
        lambda x: torch.einsum("ijd,ijd->ij", x[:, None] - x, x[:, None] - x).sqrt(),
    ]
    hints = [
        "First all differences: which two shapes broadcast to `(n, n, d)`?",
        "`x[:, None, :] - x[None, :, :]` holds at [i, j] the difference of rows i and j.",
        "Square, sum over the last dimension, take the root.",
    ]


@exercise(LESSON, points=2)
class nearest_other(FunctionExercise):
    """For each row, the number of the nearest other row."""

    requirements = {SMALL: 1, "right for other sizes, and for rows that are equal": 1}

    def inputs(draw):
        more = "right for other sizes, and for rows that are equal"
        yield torch.tensor([[0.0, 5.0, 2.0], [5.0, 0.0, 4.0], [2.0, 4.0, 0.0]])
        twins = torch.tensor([[0.0, 3.0, 0.0], [3.0, 0.0, 3.5], [0.0, 3.5, 0.0]])
        yield case(twins, requirement=more)
        for n, spread in ((6, 1), (9, 1000)):
            points = draw.normal(n, 3, std=spread)
            distances = (points[:, None] - points).square().sum(2).sqrt()
            yield case(distances, requirement=more)
        points = draw.normal(5, 2, std=3)
        yield (points[:, None] - points).square().sum(2).sqrt()

    def reference(distances):
        return distances.clone().fill_diagonal_(float("inf")).argmin(dim=1)

    forbidden = forbid("for", "while", why=NO_LOOP)
    mistakes = [
        mistake(
            lambda d: d.argmin(dim=1),
            "Every row is nearest to itself, at distance 0. Take the diagonal out of the race first.",
        ),
        mistake(
            lambda d: d.fill_diagonal_(float("inf")).argmin(dim=1),
            "The numbers are right, but your code wrote into the caller's distances. Work on "
            "`distances.clone()`.",
        ),
        mistake(
            lambda d: torch.where(d == 0, float("inf"), d).argmin(dim=1),
            "Two different rows can be at distance 0 from each other. It is the diagonal that must go, "
            "not the zeros.",
        ),
        mistake(
            lambda d: d.argsort(dim=1)[:, 1],
            "The second smallest is the nearest other only if the row itself comes first. With an equal "
            "row there are two zeros.",
        ),
        mistake(
            lambda d: (d + torch.eye(len(d)) * float("inf")).argmin(dim=1),
            "0 × inf is nan, so everything off the diagonal became nan. `fill_diagonal_` on a copy, or "
            "`torch.where` with a boolean mask, works.",
        ),
        mistake(
            lambda d: d.clone().fill_diagonal_(float("inf")).min(dim=1).values,
            "These are the distances. The row's number is wanted: `argmin` instead of `min`.",
        ),
        mistake(
            lambda d: tuple(d.clone().fill_diagonal_(float("inf")).min(dim=1)),
            "`min` with a `dim` gives two tensors, the distances and their places. `argmin` gives the places alone.",
        ),
        mistake(
            lambda d: (d + torch.eye(len(d))).argmin(dim=1),
            "Adding 1 to the diagonal is not enough where the others are farther away than 1. Infinity "
            "always is.",
        ),
        mistake(
            lambda d: d.argmax(dim=1),
            "That is the farthest row.",
        ),
        mistake(
            lambda d: d.clone().fill_diagonal_(float("inf")).argmin(),
            "Without `dim` the smallest entry of the whole table is sought. One answer per row: `dim=1`.",
        ),
    ]
    alternatives = [
        lambda d: torch.where(torch.eye(len(d), dtype=torch.bool), float("inf"), d).argmin(dim=0),
        lambda d: (d + torch.diag(torch.full((len(d),), float("inf")))).argmin(dim=1),
        lambda d: (d + 2 * d.max() * torch.eye(len(d))).min(dim=1).indices,
    ]
    hints = [
        "Which entry of each row is always the smallest, and says nothing?",
        "`fill_diagonal_(float('inf'))` on a copy makes the diagonal lose.",
        "`argmin(dim=1)` gives the column number of the smallest entry of each row.",
    ]
