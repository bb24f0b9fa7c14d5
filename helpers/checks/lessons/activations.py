"""Exercises of lesson 03: activations, softmax and heads, vanishing gradients, dead units."""

import torch

from helpers.checks.drivers import activations as drivers
from helpers.checks.exercise import (
    ChoiceExercise,
    FunctionExercise,
    RepairExercise,
    ValueExercise,
    case,
    exercise,
    forbid,
    made,
    mistake,
)
from helpers.checks.ready_made import CLASS_LOSSES, NORMALISERS, RECTIFIERS, SIGMOIDS

LESSON = "03_activations"


@exercise(LESSON, points=2)
class xor_prediction(ValueExercise):
    """Work out by hand what the two hidden units and the output of the XOR network give."""

    requirements = {
        "hidden units at (1, 1)": 1,
        "output at (1, 1)": 0.5,
        "output at (0, 1)": 0.5,
    }
    parts = {
        "hidden at (1, 1)": "hidden units at (1, 1)",
        "output at (1, 1)": "output at (1, 1)",
        "output at (0, 1)": "output at (0, 1)",
    }
    reference = {"hidden at (1, 1)": (2, 1), "output at (1, 1)": 0, "output at (0, 1)": 1}
    mistakes = [
        mistake(
            {"hidden at (1, 1)": (2, 2)},
            "The second hidden unit has a bias: 1 + 1 − 1 is what goes into its ReLU.",
        ),
        mistake(
            {"hidden at (1, 1)": (1, 1)},
            "Those are the inputs. Each hidden unit first adds them up (both weights are 1).",
        ),
        mistake(
            {"hidden at (1, 1)": (1, 2)},
            "The right numbers in the wrong order: the unit without a bias comes first.",
        ),
        mistake(
            {"output at (1, 1)": 1},
            "The second hidden unit counts −2: 2 − 2·1. A weight of −1 would give 1.",
        ),
        mistake(
            {"output at (0, 1)": -1},
            "At (0, 1) the second hidden unit gets 0 + 1 − 1 = 0 and gives 0, so it takes nothing away.",
        ),
    ]
    hints = [
        "For each hidden unit: add the two inputs, add the bias, then ReLU (a negative sum becomes 0).",
        "At (1, 1) the sums are 2 and 2 − 1. The output is the first unit minus twice the second.",
    ]


BY_HAND = "Here the function itself is the exercise: build it from `torch.exp` and arithmetic."


@exercise(LESSON, points=2)
class sigmoid(FunctionExercise):
    """Squash every entry of x into the range from 0 to 1: σ(x) = 1 / (1 + e⁻ˣ)."""

    requirements = {"right for three numbers": 1, "right for any shape, with its slope": 1}
    gradients = True
    forbidden = forbid(*SIGMOIDS, *NORMALISERS, *CLASS_LOSSES, why=BY_HAND)

    def inputs(draw):
        yield torch.tensor([-2.0, 0.5, 3.0])
        yield case(draw.normal(4, 3, std=3), requirement="right for any shape, with its slope")
        yield case(draw.normal(2, 3, 5, std=2), requirement="right for any shape, with its slope")
        yield draw.normal(3, std=2)

    def reference(x):
        return 1 / (1 + torch.exp(-x))

    mistakes = [
        mistake(
            lambda x: 1 / (1 + torch.exp(x)),
            "That is 1 − σ(x): it falls where σ rises. In 1 / (1 + e⁻ˣ) the exponent is −x, and the numerator is 1.",
        ),
        mistake(
            lambda x: 1 / 1 + torch.exp(-x),
            "Python divides before it adds: 1 / 1 + e⁻ˣ is 1 + e⁻ˣ. Put the whole denominator in brackets.",
        ),
        mistake(
            lambda x: (x > 0).float(),
            "That is the step function of the perceptron. The sigmoid is its soft form, from e⁻ˣ.",
        ),
        mistake(
            lambda x: (1 / (1 + torch.exp(-x))).detach(),
            "The values are right, and `detach` has cut them off from x: no gradient can flow back.",
        ),
        mistake(
            lambda x: 1 / (1 + 2.718 ** (-x)),
            "2.718 is e cut short after three digits. `torch.exp(-x)` uses all of them.",
        ),
    ]
    alternatives = [
        lambda x: torch.exp(x) / (1 + torch.exp(x)),
        lambda x: (1 + (-x).exp()).reciprocal(),
        lambda x: 1.0 / (1.0 + torch.e ** (-x)),
    ]
    hints = [
        "`torch.exp` works on every entry of a tensor at once, and so do `+` and `/`.",
        "First the denominator: 1 + torch.exp(-x).",
        "return 1 / (1 + torch.exp(-x))",
    ]


@exercise(LESSON, points=2)
class sigmoid_slope(FunctionExercise):
    """Give the slope of the sigmoid at every entry of x: σ'(x) = σ(x)·(1 − σ(x))."""

    requirements = {"right near the middle": 1, "right far out, at ±100": 1}

    def inputs(draw):
        yield torch.tensor([-2.0, 0.5, 3.0])
        yield draw.normal(3, 4, std=2)
        yield case(torch.tensor([-100.0, 100.0, 1.5]), requirement="right far out, at ±100")
        yield case(
            torch.cat([draw.uniform(2, low=-300, high=-120), draw.normal(2)]),
            requirement="right far out, at ±100",
        )

    def reference(x):
        a = torch.sigmoid(x)
        return a * (1 - a)

    mistakes = [
        mistake(
            lambda x: x * (1 - x),
            "In a·(1 − a) the a stands for the activation σ(x), not for x itself.",
        ),
        mistake(
            torch.sigmoid, "That is σ(x), the height of the curve. Its slope is σ(x)·(1 − σ(x))."
        ),
        mistake(
            lambda x: 1 - torch.sigmoid(x), "The factor σ(x) is missing in front of (1 − σ(x))."
        ),
        mistake(
            lambda x: torch.exp(-x) / (1 + torch.exp(-x)) ** 2,
            "Right as a formula, but e¹⁰⁰ is too large for float32: inf / inf is nan. σ(x)·(1 − σ(x)) stays finite.",
        ),
        mistake(
            lambda x: 1 - torch.sigmoid(x) ** 2,
            "1 − a² is the slope of tanh. For the sigmoid it is a·(1 − a).",
        ),
    ]
    alternatives = [
        lambda x: torch.sigmoid(x) * torch.sigmoid(-x),
        lambda x: torch.sigmoid(x) - torch.sigmoid(x) ** 2,
    ]
    hints = [
        "Compute a = σ(x) first: your own `sigmoid` is there.",
        "a = sigmoid(x), then a * (1 - a).",
    ]


@exercise(LESSON, points=2)
class tanh(FunctionExercise):
    """Give tanh of every entry of x by means of the sigmoid, and stay right for large x."""

    requirements = {"right near 0": 1, "right far out, at ±100": 1}
    forbidden = forbid(
        "tanh",
        "tanhshrink",
        "sinh",
        "cosh",
        "arctanh",
        "atanh",
        why="Get it from the sigmoid: stretch and shift.",
    )

    def inputs(draw):
        yield torch.tensor([-1.0, 0.3, 2.0])
        yield draw.normal(4, 3)
        yield case(torch.tensor([-100.0, 100.0, 0.7]), requirement="right far out, at ±100")
        yield case(
            torch.cat(
                [
                    draw.uniform(3, low=90, high=300),
                    -draw.uniform(2, low=90, high=300),
                    draw.normal(2),
                ]
            ),
            requirement="right far out, at ±100",
        )

    def reference(x):
        return 2 * torch.sigmoid(2 * x) - 1

    mistakes = [
        mistake(
            lambda x: 2 * torch.sigmoid(x) - 1,
            "The range is right, from −1 to 1, but the curve is too flat: tanh takes σ at 2x.",
        ),
        mistake(
            lambda x: torch.sigmoid(2 * x),
            "That runs from 0 to 1. Stretch it by 2 and move it down by 1.",
        ),
        mistake(
            lambda x: 2 * torch.sigmoid(2 * x - 1),
            "The −1 stands outside of σ: it moves the curve down, not to the side.",
        ),
        mistake(
            lambda x: (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x)),
            "Right as a formula, but e¹⁰⁰ is too large for float32, and inf / inf is nan. "
            "2σ(2x) − 1 has no such trouble.",
        ),
        mistake(
            lambda x: torch.sigmoid(x) - 0.5,
            "That is centred on 0, but runs from −0.5 to 0.5 only.",
        ),
        mistake(
            lambda x: torch.sigmoid(2 * x) - 0.5,
            "The inside is right and the middle is at 0, but it runs from −0.5 to 0.5: stretch it by 2.",
        ),
    ]
    alternatives = [
        lambda x: 2 / (1 + torch.exp(-2 * x)) - 1,
        lambda x: torch.sigmoid(2 * x) - torch.sigmoid(-2 * x),
        lambda x: x.sign() * (1 - torch.exp(-2 * x.abs())) / (1 + torch.exp(-2 * x.abs())),
    ]
    hints = [
        "The sigmoid runs from 0 to 1. Which stretch and which shift make that −1 to 1?",
        "tanh is also steeper: its slope at 0 is 1. Look at σ(2x).",
        "return 2 * sigmoid(2 * x) - 1",
    ]


@exercise(LESSON, points=2)
class relu(FunctionExercise):
    """Keep every positive entry of x, and put 0 in place of every negative one."""

    requirements = {"right for a few numbers": 1, "right for any shape, with its slope": 1}
    gradients = True
    forbidden = forbid(
        *RECTIFIERS,
        why="Here ReLU itself is the exercise: `clamp`, `where`, `maximum` or a mask can do it.",
    )

    def inputs(draw):
        yield torch.tensor([-2.0, 0.5, 3.0, -0.1])
        yield case(draw.normal(4, 3), requirement="right for any shape, with its slope")
        yield case(draw.normal(2, 3, 5, std=40), requirement="right for any shape, with its slope")
        yield draw.normal(4, std=2)

    def reference(x):
        return x.clamp(min=0)

    def _writes_into_x(x):
        x[x < 0] = 0
        return x

    mistakes = [
        mistake(lambda x: x.abs(), "That folds the negative side up. ReLU lays it flat on 0."),
        mistake(
            lambda x: (x > 0).float(),
            "That gives 1 on the positive side: it is the slope of ReLU. ReLU gives x itself there.",
        ),
        mistake(
            lambda x: x > 0,
            "That is the mask, True and False. Times x it gives x on the positive side and 0 elsewhere.",
        ),
        mistake(
            lambda x: x.clamp(max=0), "That keeps the negative side: the bound 0 is the minimum."
        ),
        mistake(
            lambda x: x[x > 0],
            "That throws the negative entries away; they must stay, as zeros, in their places.",
        ),
        mistake(
            lambda x: x.clamp(min=0, max=1),
            "ReLU has no ceiling: 3 stays 3. Leave out the upper bound.",
        ),
        mistake(
            _writes_into_x,
            "You wrote the zeros into x itself, which the caller still needs. Make a new tensor.",
        ),
    ]
    alternatives = [
        lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
        lambda x: x * (x > 0),
        lambda x: (x + x.abs()) / 2,
        lambda x: torch.maximum(x, torch.zeros_like(x)),
    ]
    hints = [
        "In words: the larger of x and 0.",
        "`x.clamp(min=...)` sets a lower bound; `torch.where(condition, a, b)` chooses entry by entry.",
    ]


@exercise(LESSON, points=2)
class leaky_relu(FunctionExercise):
    """Keep every positive entry of x, and multiply every negative one by a small slope."""

    requirements = {"right with the default slope 0.01": 1, "right with any slope": 1}
    gradients = True
    forbidden = forbid(
        "leaky_relu", "prelu", "rrelu",
        why="Here leaky ReLU itself is the exercise: two straight pieces that meet at 0.",
    )  # fmt: skip

    def inputs(draw):
        yield torch.tensor([-4.0, 0.5, 3.0, -0.1])
        yield draw.normal(4, 3)
        yield case(torch.tensor([-4.0, 0.5, 3.0]), 0.05, requirement="right with any slope")
        yield case(
            draw.normal(2, 3, 2, std=4), draw.number(0.1, 0.4), requirement="right with any slope"
        )

    def reference(x, negative_slope=0.01):
        return torch.where(x > 0, x, negative_slope * x)

    mistakes = [
        mistake(
            lambda x, negative_slope=0.01: torch.where(x > 0, x, 0.01 * x),
            "The slope is always 0.01: use the argument `negative_slope`.",
        ),
        mistake(
            lambda x, negative_slope=0.05: torch.where(x > 0, x, negative_slope * x),
            "Without a second argument the slope is 0.01: `negative_slope: float = 0.01`.",
        ),
        mistake(
            lambda x, negative_slope=0.01: torch.where(x > 0, negative_slope * x, x),
            "The two sides are exchanged: the small slope belongs to the negative side.",
        ),
        mistake(
            lambda x, negative_slope=0.01: torch.where(x > 0, x, -negative_slope * x),
            "x is negative there already: negative_slope · x, without another minus.",
        ),
        mistake(
            lambda x, negative_slope=0.01: torch.where(x > 0, x, negative_slope),
            "On the negative side the answer still depends on x: negative_slope · x, not a constant.",
        ),
        mistake(
            lambda x, negative_slope=0.01: x.clamp(min=0),
            "That is ReLU: the negative side is flat. Let a little of it through.",
        ),
        mistake(
            lambda x, negative_slope=0.01: negative_slope * x,
            "The slope is for the negative side only; on the positive side x stays x.",
        ),
        mistake(
            lambda x, negative_slope=0.01: x.clamp(min=0) + negative_slope * x,
            "The small part is added on the positive side too. It belongs to the negative side only.",
        ),
    ]
    alternatives = [
        lambda x, negative_slope=0.01: torch.maximum(x, negative_slope * x),
        lambda x, negative_slope=0.01: x.clamp(min=0) + negative_slope * x.clamp(max=0),
        lambda x, negative_slope=0.01: x * ((x > 0) + negative_slope * (x <= 0)),
    ]
    hints = [
        "Two cases, entry by entry: `torch.where(condition, value_if_true, value_if_false)`.",
        "Where x > 0 the answer is x, elsewhere negative_slope * x.",
    ]


@exercise(LESSON, points=2)
class softmax(FunctionExercise):
    """Turn scores into probabilities along `dim`: e to the power of each, divided by their sum."""

    requirements = {"right for one list of scores": 1, "right along any dim": 1}
    gradients = True
    forbidden = forbid(*NORMALISERS, *CLASS_LOSSES, why=BY_HAND)

    def inputs(draw):
        yield torch.tensor([1.0, -6.0, 2.5, -0.3, 1.2, 0.8]), 0
        for shape, dim in (((3, 4), 1), ((4, 3), 0), ((2, 3, 4), 1), ((3, 3), -1)):
            yield case(draw.normal(*shape), dim, requirement="right along any dim")
        yield draw.normal(6, std=2), 0

    def reference(z, dim):
        e = torch.exp(z)
        return e / e.sum(dim=dim, keepdim=True)

    mistakes = [
        mistake(
            lambda z, dim: torch.exp(z) / torch.exp(z).sum(),
            "You divided by the sum over the whole table. Only the entries along `dim` share one sum.",
        ),
        mistake(
            lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=-1, keepdim=True),
            "That always takes the last axis. Hand the argument `dim` on to `sum`.",
        ),
        mistake(
            lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=0, keepdim=True),
            "That always takes the first axis. Hand the argument `dim` on to `sum`.",
        ),
        mistake(
            lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=1, keepdim=True),
            "That always takes `dim=1`, which a single list of scores does not even have. Hand the argument `dim` on "
            "to `sum`.",
        ),
        mistake(
            lambda z, dim: torch.exp(z) / torch.exp(z).sum(dim=dim),
            "The sums have lost the axis `dim`, so they meet the wrong entries or none: `keepdim=True` keeps it.",
        ),
        mistake(
            lambda z, dim: z / z.sum(dim=dim, keepdim=True),
            "Without the exponential, negative scores give negative shares. `torch.exp` comes first.",
        ),
        mistake(
            lambda z, dim: torch.sigmoid(z),
            "That squashes every score by itself; the results need not add up to 1.",
        ),
        mistake(
            lambda z, dim: torch.exp(z - torch.logsumexp(z, dim, keepdim=True)).log(),
            "Those are the logarithms of the probabilities: leave out the last log.",
        ),
    ]
    alternatives = [
        lambda z, dim: z.exp() / z.exp().sum(dim).unsqueeze(dim),
        lambda z, dim: (
            torch.exp(z - z.amax(dim, True)) / torch.exp(z - z.amax(dim, True)).sum(dim, True)
        ),
    ]
    hints = [
        "Two steps: e = torch.exp(z), then divide e by sums of e.",
        "The sums have to broadcast against e: `e.sum(dim=dim, keepdim=True)` keeps the axis.",
    ]


def _shares(e, dim):
    """Divide by the sums along `dim`."""
    return e / e.sum(dim=dim, keepdim=True)


OVERFLOW = "no overflow for scores in the thousands"
OWN_MAXIMUM = "each row leans on its own maximum"


@exercise(LESSON, points=3)
class stable_softmax(FunctionExercise):
    """Turn scores of any size into probabilities along `dim`, with no overflow on the way."""

    requirements = {"right for ordinary scores": 1, OVERFLOW: 1, OWN_MAXIMUM: 1}
    gradients = True
    forbidden = forbid(*NORMALISERS, *CLASS_LOSSES, why=BY_HAND)

    def inputs(draw):
        yield torch.tensor([[1.0, -6.0, 2.5], [-0.3, 1.2, 0.8]]), 1
        yield draw.normal(4, 3), 0
        yield case(torch.tensor([1000.0, 1001.0, 1003.0]), 0, requirement=OVERFLOW)
        yield case(torch.tensor([-1002.0, -1000.5, -1001.0]), 0, requirement=OVERFLOW)
        yield case(torch.tensor([-1500.0, 0.5, 2.0]), 0, requirement=OVERFLOW)
        yield case(draw.normal(6, std=500), 0, requirement=OVERFLOW)
        rows = torch.tensor([[2.0, 3.0, 0.5], [2001.0, 1999.0, 2000.0]])
        yield case(rows, 1, requirement=OWN_MAXIMUM)
        shifts = draw.integers(5, 1, low=-3, high=4) * 500
        yield case(draw.normal(5, 4) + shifts, 1, requirement=OWN_MAXIMUM)
        yield case((draw.normal(5, 4) + shifts).T.contiguous(), 0, requirement=OWN_MAXIMUM)

    def reference(z, dim):
        e = torch.exp(z - z.amax(dim=dim, keepdim=True))
        return e / e.sum(dim=dim, keepdim=True)

    mistakes = [
        mistake(
            lambda z, dim: _shares(torch.exp(z), dim),
            "e¹⁰⁰⁰ is inf in float32, and inf / inf is nan. Subtract the maximum along `dim` first.",
        ),
        mistake(
            lambda z, dim: _shares(torch.exp(z - z.max()), dim),
            "You subtracted the largest score of the whole table. A row far below it becomes 0 / 0: "
            "each row needs its own maximum (`amax` with `dim` and `keepdim=True`).",
        ),
        mistake(
            lambda z, dim: _shares(torch.exp(z / z.amax(dim, True)), dim),
            "Dividing by the maximum changes the result; subtracting it does not. Use a minus.",
        ),
        mistake(
            lambda z, dim: _shares(torch.exp(z - z.amin(dim, True)), dim),
            "You subtracted the smallest score. If the scores lie far apart, the largest still overflows: subtract "
            "that one.",
        ),
        mistake(
            lambda z, dim: _shares(torch.exp(z - z.mean(dim, True)), dim),
            "You subtracted the mean. If the scores lie far apart, the largest still overflows: subtract that one.",
        ),
        mistake(
            lambda z, dim: _shares(torch.exp(z.clamp(max=80)), dim),
            "Cutting the scores off makes all large ones equal. Shift them instead: subtract the maximum.",
        ),
        mistake(
            lambda z, dim: z - z.max(dim, keepdim=True),
            "`z.max(dim)` gives two things, the values and their positions. Take `.values`, or use `z.amax`.",
        ),
        mistake(
            lambda z, dim: torch.exp(z - z.amax(dim=dim, keepdim=True)),
            "Shifted rightly, but not yet divided by the sum along `dim`.",
        ),
    ]
    alternatives = [
        lambda z, dim: _shares((z - z.max(dim, keepdim=True).values).exp(), dim),
        lambda z, dim: torch.div(
            (z - z.amax(dim, True)).exp(), (z - z.amax(dim, True)).exp().sum(dim).unsqueeze(dim)
        ),
    ]
    hints = [
        "Adding one number to all scores of a row changes nothing. Which number makes them all ≤ 0?",
        "`z.amax(dim=dim, keepdim=True)` is the largest score along `dim`, in a shape that broadcasts.",
        "m = z.amax(dim=dim, keepdim=True); e = torch.exp(z - m); then divide by the sums as before.",
    ]


@exercise(LESSON, points=3)
class heads(ChoiceExercise):
    """Choose the last step of the network for each of six tasks."""

    options = {
        "A": "one output, no activation",
        "B": "one output, sigmoid",
        "C": "k outputs, softmax",
        "D": "k outputs, a sigmoid on each",
    }
    requirements = {
        "the price of a house": 0.5,
        "a tumour, benign or malignant": 0.5,
        "which of ten digits": 0.5,
        "all the things on a photo": 0.5,
        "the temperature tomorrow": 0.5,
        "which of three penguins": 0.5,
    }
    parts = {
        "price": "the price of a house",
        "tumour": "a tumour, benign or malignant",
        "digit": "which of ten digits",
        "photo": "all the things on a photo",
        "temperature": "the temperature tomorrow",
        "penguin": "which of three penguins",
    }
    reference = {
        "price": "A",
        "tumour": "B",
        "digit": "C",
        "photo": "D",
        "temperature": "A",
        "penguin": "C",
    }
    mistakes = [
        mistake({"price": "B"}, "A sigmoid never exceeds 1; a price does."),
        mistake({"price": "C"}, "A softmax gives shares of 1; a price is no share of anything."),
        mistake(
            {"tumour": "A"},
            "A bare number has no bounds. For a probability of one of two classes: one output, sigmoid.",
        ),
        mistake(
            {"tumour": "C"},
            "Softmax over k = 2 outputs can do that too, but needs twice the outputs: for yes or no one is enough.",
        ),
        mistake(
            {"digit": "D"},
            "Ten separate sigmoids could say yes to a 3 and to an 8. Each picture shows one digit only: "
            "the shares must add up to 1.",
        ),
        mistake(
            {"digit": "A"},
            "One number would claim that a 7 lies between a 6 and an 8. Digits are names: one score for each.",
        ),
        mistake(
            {"photo": "C"},
            "Softmax shares out a single 1: a dog would take away from the ball beside it. Each thing is a yes or no "
            "of its own.",
        ),
        mistake(
            {"temperature": "B"},
            "A sigmoid stays between 0 and 1; temperatures in °C do not.",
        ),
        mistake(
            {"penguin": "D"},
            "A penguin belongs to one species. Three separate sigmoids could say yes three times.",
        ),
    ]  # fmt: skip
    hints = [
        "Ask of each task: a number without bounds, one yes or no, one of k, or several of k at once?",
        "Without bounds: A. One yes or no: B. Exactly one of k: C. Any number of k: D.",
    ]


@exercise(LESSON, points=2)
class gradient_limit(ValueExercise):
    """Predict the largest factor that ten slopes in a row can leave of a gradient."""

    requirements = {"ten sigmoids": 1, "ten tanhs": 0.5, "ten ReLUs": 0.5}
    parts = {"sigmoid": "ten sigmoids", "tanh": "ten tanhs", "relu": "ten ReLUs"}
    reference = {"sigmoid": 0.25**10, "tanh": 1.0, "relu": 1.0}
    rtol, atol = 0.02, 0.0
    mistakes = [
        mistake({"sigmoid": 2.5}, "The slopes are multiplied, not added: 0.25 · 0.25 · …"),
        mistake(
            {"sigmoid": 0.25}, "That is one sigmoid. Ten in a row leave 0.25 to the power of ten."
        ),
        mistake(
            {"sigmoid": 0.5**10},
            "0.5 is the height of the sigmoid in the middle. Its slope there is 0.5 · (1 − 0.5).",
        ),
        mistake({"sigmoid": 0.25**9}, "Ten layers with a sigmoid each: ten factors, not nine."),
        mistake(
            {"tanh": 0.25**10},
            "tanh is four times as steep as the sigmoid: its slope 1 − a² is largest where a = 0.",
        ),
        mistake(
            {"relu": 0.0},
            "0 is the smallest. For the largest, every unit on the way is on its positive side.",
        ),
    ]
    hints = [
        "What is the largest slope that each function has anywhere? The ten factors are multiplied.",
        "In Python, the power is written `**`: ten factors of s are s ** 10.",
    ]


def _walk(layers, activation, X, size, reset=True, result=torch.sum):
    """Run forward and backward with gradient_sizes' inputs and return `size(layer)` for each layer."""
    a = X
    for layer in layers:
        if reset:
            layer.zero_grad()
        a = activation(layer(a))
    result(a).backward()
    return [size(layer) for layer in layers]


MEASURED = "one right size for each layer"
AGAIN = "the same when measured a second time"


@exercise(LESSON, points=3)
class gradient_sizes(FunctionExercise):
    """Measure the mean size of the gradient that arrives at each layer's weights."""

    requirements = {MEASURED: 2, AGAIN: 1}
    parts = {"first": MEASURED, "again": AGAIN}
    driver = drivers.measured_twice
    rtol, atol = 1e-3, 0.0
    seconds = 3

    def inputs(draw):
        yield (
            made("activations.stack", sizes=[2, 3, 3], seed=1),
            made("activations.activation", name="sigmoid"),
            torch.tensor([[0.5, -1.5], [2.0, 0.3]]),
        )
        for name, depth in (("sigmoid", 6), ("tanh", 4)):
            sizes = [5] + [7] * depth
            yield (
                made("activations.stack", sizes=sizes, seed=draw.integer(1, 10_000)),
                made("activations.activation", name=name),
                draw.normal(6, 5),
            )

    def reference(layers, activation, X):
        a = X
        for layer in layers:
            a = activation(layer(a))
        weights = [layer.weight for layer in layers]
        return [g.abs().mean().item() for g in torch.autograd.grad(a.sum(), weights)]

    def _without_reset(layers, activation, X):
        return _walk(layers, activation, X, lambda m: m.weight.grad.abs().mean().item(), False)

    def _no_activation(layers, activation, X):
        return _walk(layers, lambda z: z, X, lambda m: m.weight.grad.abs().mean().item())

    def _backwards(layers, activation, X):
        return _walk(layers, activation, X, lambda m: m.weight.grad.abs().mean().item())[::-1]

    def _signed(layers, activation, X):
        return _walk(layers, activation, X, lambda m: m.weight.grad.mean().item())

    def _weights(layers, activation, X):
        return _walk(layers, activation, X, lambda m: m.weight.abs().mean().item())

    def _biases(layers, activation, X):
        return _walk(layers, activation, X, lambda m: m.bias.grad.abs().mean().item())

    def _absolute_of_mean(layers, activation, X):
        return _walk(layers, activation, X, lambda m: m.weight.grad.mean().abs().item())

    def _of_the_mean(layers, activation, X):
        return _walk(
            layers, activation, X, lambda m: m.weight.grad.abs().mean().item(), result=torch.mean
        )

    def _one_activation(layers, activation, X):
        a = X
        for layer in layers:
            layer.zero_grad()
            a = layer(a)
        activation(a).sum().backward()
        return [layer.weight.grad.abs().mean().item() for layer in layers]

    def _totals(layers, activation, X):
        return _walk(layers, activation, X, lambda m: m.weight.grad.abs().sum().item())

    mistakes = [
        mistake(
            _without_reset,
            "Right the first time. `.grad` is added to, not replaced: the second measurement holds both. Reset it "
            "with `layer.zero_grad()` before `backward()`.",
        ),
        mistake(
            _no_activation, "The activation is missing: a = activation(layer(a)) in each turn."
        ),
        mistake(
            _backwards, "The right sizes from the last layer to the first: turn the list around."
        ),
        mistake(
            _signed,
            "Positive and negative gradients cancel in that mean. Take `.abs()` before `.mean()`.",
        ),
        mistake(
            _weights, "That is the size of the weights. Their gradient is in `layer.weight.grad`."
        ),
        mistake(_biases, "Those are the gradients of the biases; the weights are asked for."),
        mistake(_totals, "That is the sum of the sizes; the mean is asked for."),
        mistake(
            _absolute_of_mean,
            "Positive and negative gradients cancel before `.abs()` sees them: first `.abs()`, then `.mean()`.",
        ),
        mistake(
            _of_the_mean,
            "Every gradient is too small by one factor: the result is the sum of the last activations, not their mean.",
        ),
        mistake(
            _one_activation,
            "The activation comes once, at the end. Every layer is followed by it: a = activation(layer(a)).",
        ),
    ]

    def _by_grad_attribute(layers, activation, X):
        a = X
        for layer in layers:
            layer.weight.grad = None
            a = activation(layer(a))
        a.sum().backward()
        sizes = []
        for layer in layers:
            sizes.append(float(layer.weight.grad.abs().mean()))
        return sizes

    def _through_sequential(layers, activation, X):
        network = torch.nn.Sequential(*layers)
        network.zero_grad()
        a = X
        for layer in network:
            a = activation(layer(a))
        a.sum().backward()
        return tuple(p.grad.abs().mean().item() for p in network.parameters() if p.dim() == 2)

    alternatives = [_by_grad_attribute, _through_sequential]
    hints = [
        "First forward: a = X, then a = activation(layer(a)) for each layer. Then `a.sum().backward()`.",
        "Afterwards `layer.weight.grad` holds the gradient: `.abs().mean().item()` is its mean size.",
        "`.grad` adds up over calls: `layer.zero_grad()` for each layer before `backward()`.",
    ]


@exercise(LESSON, points=2)
class dead_units(FunctionExercise):
    """Count the ReLU units of a layer that give 0 for every row of X."""

    requirements = {"right for a small layer": 1, "right for other layers": 1}

    def inputs(draw):
        X = torch.tensor([[1.0, 2.0], [3.0, 0.5], [2.0, 1.5]])
        W = torch.tensor([[1.0, -2.0], [-1.5, -0.5], [-2.0, 1.2], [-1.0, -0.3], [0.0, 0.0]])
        yield X, W, torch.tensor([0.3, 0.2, -0.4, 0.9, 0.0])
        for units in (30, 50):
            X, W = draw.normal(7, 3), draw.normal(units, 3)
            b = draw.uniform(units, low=-5.0, high=2.0)
            yield case(X, W, b, requirement="right for other layers")
        yield draw.normal(3, 2), draw.normal(8, 2), draw.uniform(8, low=-5.0, high=2.0)

    def reference(X, W, b):
        return int((X @ W.T + b <= 0).all(dim=0).sum())

    mistakes = [
        mistake(
            lambda X, W, b: int((X @ W.T + b <= 0).sum()),
            "That counts every single zero. A unit is dead if its whole column is zero: `.all(dim=0)`.",
        ),
        mistake(
            lambda X, W, b: int((X @ W.T + b <= 0).any(dim=0).sum()),
            "That counts units that are silent for at least one row. Dead means silent for all of them.",
        ),
        mistake(
            lambda X, W, b: int((X @ W.T + b <= 0).all(dim=1).sum()),
            "That counts rows for which all units are silent. Units are columns: `dim=0`.",
        ),
        mistake(
            lambda X, W, b: int((X @ W.T + b > 0).any(dim=0).sum()),
            "Those are the living units; the others are asked for.",
        ),
        mistake(
            lambda X, W, b: int((X @ W.T <= 0).all(dim=0).sum()),
            "The bias is missing: it is mostly the bias that kills a unit.",
        ),
        mistake(
            lambda X, W, b: int((torch.relu(X @ W.T + b).mean(dim=0) < 0.05).sum()),
            "A small mean is not dead yet: one row that wakes the unit is enough for a gradient.",
        ),
        mistake(
            lambda X, W, b: int((X @ W.T + b < 0).all(dim=0).sum()),
            "A unit whose z is exactly 0 gives 0 as well: `<=` instead of `<`.",
        ),
    ]
    alternatives = [
        lambda X, W, b: (torch.relu(X @ W.T + b).sum(dim=0) == 0).sum().item(),
        lambda X, W, b: int(((X @ W.T + b).amax(dim=0) <= 0).sum()),
        lambda X, W, b: sum(1 for unit in (X @ W.T + b).T if bool((unit <= 0).all())),
    ]
    hints = [
        "Z = X @ W.T + b has a row for each row of X and a column for each unit.",
        "`(Z <= 0).all(dim=0)` is True for each unit that never lets anything through.",
        "Summing booleans counts the True ones; `int(...)` makes a Python number of it.",
    ]


ADDS_UP = "each row adds up to 1"
KEEPS_SIGN = "negative scores keep their sign"
WHOLE_PIXELS = "takes pictures of whole-number pixels"


@exercise(LESSON, points=3)
class digit_probabilities(RepairExercise):
    """Mend the function that turns pictures into class probabilities."""

    requirements = {ADDS_UP: 1, KEEPS_SIGN: 1, WHOLE_PIXELS: 1}

    def broken(X, layers):
        a = X
        for layer in layers:
            a = torch.relu(layer(a))
        return torch.softmax(a, dim=0)

    def inputs(draw):
        positive = made("activations.frozen_stack", sizes=[3, 4, 3], seed=3, positive=True)
        signed = made("activations.frozen_stack", sizes=[3, 4, 3], seed=5)
        yield torch.tensor([[1.0, 2.0, 0.5], [0.2, 1.5, 3.0]]), positive
        yield case(
            torch.tensor([[1.0, -2.0, 0.5], [0.2, 1.5, -3.0]]), signed, requirement=KEEPS_SIGN
        )
        deep = made("activations.frozen_stack", sizes=[4, 6, 6, 5], seed=draw.integer(1, 10_000))
        yield case(draw.normal(12, 4, std=3), deep, requirement=KEEPS_SIGN)
        yield case(torch.tensor([[3, 0, 1], [2, 5, 4]]), positive, requirement=WHOLE_PIXELS)
        yield case(draw.integers(6, 3, low=0, high=9), positive, requirement=WHOLE_PIXELS)
        seed = draw.integer(1, 10_000)
        other = made("activations.frozen_stack", sizes=[3, 4, 3], seed=seed, positive=True)
        yield draw.uniform(3, 3, low=0.1, high=2), other

    def reference(X, layers):
        a = X.float()
        for layer in layers[:-1]:
            a = torch.relu(layer(a))
        return torch.softmax(layers[-1](a), dim=1)

    def _dim_and_type(X, layers):
        a = X.float()
        for layer in layers:
            a = torch.relu(layer(a))
        return torch.softmax(a, dim=1)

    def _type_only(X, layers):
        a = X.float()
        for layer in layers:
            a = torch.relu(layer(a))
        return torch.softmax(a, dim=0)

    def _no_relu_at_all(X, layers):
        a = X.float()
        for layer in layers:
            a = layer(a)
        return torch.softmax(a, dim=1)

    def _not_the_type(X, layers):
        a = X
        for layer in layers[:-1]:
            a = torch.relu(layer(a))
        return torch.softmax(layers[-1](a), dim=1)

    def _not_the_dim(X, layers):
        a = X.float()
        for layer in layers[:-1]:
            a = torch.relu(layer(a))
        return torch.softmax(layers[-1](a), dim=0)

    def _scores(X, layers):
        a = X.float()
        for layer in layers[:-1]:
            a = torch.relu(layer(a))
        return layers[-1](a)

    def _without_last_layer(X, layers):
        a = X.float()
        for layer in layers[:-1]:
            a = torch.relu(layer(a))
        return torch.softmax(a, dim=1)

    mistakes = [
        mistake(
            _dim_and_type,
            "One bug is left: the last layer's scores go through ReLU, which makes all negative scores equal.",
        ),
        mistake(
            _type_only,
            "Integers work now. Two bugs are left: along which `dim` must the shares add up, and which layer should "
            "have no ReLU?",
        ),
        mistake(
            _no_relu_at_all,
            "Now no layer has an activation, and all of them together are one linear layer. Only the last one goes "
            "without.",
        ),
        mistake(
            _not_the_type,
            "One bug is left: pixels often come as integers, and `nn.Linear` wants floats.",
        ),
        mistake(
            _not_the_dim,
            "One bug is left: with `dim=0` each column adds up to 1, so the pictures share out each class among them.",
        ),
        mistake(_scores, "Those are the scores; the softmax at the end is missing."),
        mistake(
            _without_last_layer,
            "The last layer is left out. Only its ReLU has to go: its scores go straight to softmax.",
        ),
    ]

    def _with_a_counter(X, layers):
        a = X.to(torch.float32)
        for number, layer in enumerate(layers):
            a = layer(a)
            if number < len(layers) - 1:
                a = a.clamp(min=0)
        return a.softmax(-1)

    def _unpacked(X, layers):
        *hidden, last = layers
        a = X * 1.0
        for layer in hidden:
            a = layer(a).relu()
        return torch.exp(torch.log_softmax(last(a), dim=1))

    alternatives = [_with_a_counter, _unpacked]
    hints = [
        "Add up a row of the result, and a column. Which one gives 1, and which one should?",
        "ReLU stands between layers. What does it do to the last scores [-3, -1, -2]?",
        "Try it with X = torch.tensor([[3, 0, 1]]): the error names a dtype. `.float()` mends that.",
    ]


SCORES, CLASSES, DEAD = "scores of the new rows", "classes of the new rows", "number of dead units"


def random_layer_answer(X, Y, X_new, W, b, act=torch.relu, add_bias=True):
    """The capstone's answer, with the places that mistakes change as arguments."""
    b = b if add_bias else torch.zeros_like(b)
    A, A_new = act(X @ W.T + b), act(X_new @ W.T + b)
    V = torch.linalg.solve(A.T @ A + 10 * torch.eye(A.shape[1]), A.T @ Y)
    scores = A_new @ V
    dead = int((A <= 0).all(dim=0).sum())
    return {"scores": scores, "classes": scores.argmax(dim=1), "dead": dead}


# Petal length and width in cm of ten irises of each species, the first ten rows of each in the table
# (Fisher 1936, public domain).
PETALS = torch.tensor(
    [
        [1.4, 0.2], [1.4, 0.2], [1.3, 0.2], [1.5, 0.2], [1.4, 0.2],
        [1.7, 0.4], [1.4, 0.3], [1.5, 0.2], [1.4, 0.2], [1.5, 0.1],
        [4.7, 1.4], [4.5, 1.5], [4.9, 1.5], [4.0, 1.3], [4.6, 1.5],
        [4.5, 1.3], [4.7, 1.6], [3.3, 1.0], [4.6, 1.3], [3.9, 1.4],
        [6.0, 2.5], [5.1, 1.9], [5.9, 2.1], [5.6, 1.8], [5.8, 2.2],
        [6.6, 2.1], [4.5, 1.7], [6.3, 1.8], [5.8, 1.8], [6.1, 2.5],
    ]
)  # fmt: skip


@exercise(LESSON, points=4)
class random_layer(FunctionExercise):
    """Classify new rows with a hidden layer of random ReLU units and a last layer that is solved for."""

    requirements = {SCORES: 2, CLASSES: 1, DEAD: 1}
    parts = {"scores": SCORES, "classes": CLASSES, "dead": DEAD}
    rtol, atol = 1e-2, 1e-3
    seconds = 2

    def inputs(draw):
        species = torch.eye(3).repeat_interleave(10, dim=0)
        train = torch.arange(30) % 10 < 7
        W = torch.tensor([[1.0, 0.5], [-1.0, 0.3], [0.7, -1.2], [-0.4, -0.9], [0.2, 1.1]])
        b = torch.tensor([-2.0, 3.0, 0.5, 1.5, -0.5])
        yield PETALS[train], species[train], PETALS[~train], W, b
        for n, d, units, k in ((40, 3, 12, 4), (25, 5, 20, 2)):
            Y = torch.eye(k)[draw.integers(n, low=0, high=k)]
            b = draw.uniform(units, low=-4, high=1.5)
            yield draw.normal(n, d), Y, draw.normal(9, d), draw.normal(units, d), b

    def reference(X, Y, X_new, W, b):
        return random_layer_answer(X, Y, X_new, W, b)

    def _dead_on_new_rows(X, Y, X_new, W, b):
        dead = int((X_new @ W.T + b <= 0).all(dim=0).sum())
        return random_layer_answer(X, Y, X_new, W, b) | {"dead": dead}

    def _solved_on_new_rows(X, Y, X_new, W, b):
        return random_layer_answer(X, Y, X, W, b)

    def _relu_on_scores(X, Y, X_new, W, b):
        right = random_layer_answer(X, Y, X_new, W, b)
        return right | {"scores": torch.relu(right["scores"])}

    def _counts_zeros(X, Y, X_new, W, b):
        zeros = int((X @ W.T + b <= 0).sum())
        return random_layer_answer(X, Y, X_new, W, b) | {"dead": zeros}

    def _without_strength(X, Y, X_new, W, b):
        A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
        V = torch.linalg.solve(A.T @ A + torch.eye(A.shape[1]), A.T @ Y)
        right = random_layer_answer(X, Y, X_new, W, b)
        return right | {"scores": A_new @ V, "classes": (A_new @ V).argmax(dim=1)}

    def _ten_everywhere(X, Y, X_new, W, b):
        A, A_new = torch.relu(X @ W.T + b), torch.relu(X_new @ W.T + b)
        V = torch.linalg.solve(A.T @ A + 10, A.T @ Y)
        right = random_layer_answer(X, Y, X_new, W, b)
        return right | {"scores": A_new @ V, "classes": (A_new @ V).argmax(dim=1)}

    mistakes = [
        mistake(
            lambda X, Y, X_new, W, b: random_layer_answer(X, Y, X_new, W, b, act=lambda z: z),
            "The ReLU is missing, so the two layers are one linear layer.",
        ),
        mistake(
            lambda X, Y, X_new, W, b: random_layer_answer(X, Y, X_new, W, b, add_bias=False),
            "The bias of the hidden layer is missing: all hinges then go through the origin.",
        ),
        mistake(
            _dead_on_new_rows,
            "Count the dead units on the rows that the last layer is solved for, X, not on X_new.",
        ),
        mistake(
            _solved_on_new_rows,
            "Those are the scores of X. Run X_new through the same hidden layer, then use the same V.",
        ),
        mistake(
            _relu_on_scores,
            "The ReLU belongs to the hidden layer. The scores of the last layer stay as they are.",
        ),
        mistake(
            _counts_zeros, "That counts all zeros. A unit is dead if its whole column is zero."
        ),
        mistake(
            _without_strength,
            "In the formula the unit matrix counts ten times: AᵀA + 10·I.",
        ),
        mistake(
            _ten_everywhere,
            "`A.T @ A + 10` adds 10 to every entry. 10·I adds it on the diagonal only: `10 * torch.eye(len(b))`.",
        ),
    ]  # fmt: skip

    def _as_a_loop_over_classes(X, Y, X_new, W, b):
        A = (X @ W.T + b).clamp(min=0)
        left = torch.linalg.inv(A.T @ A + 10 * torch.eye(len(W)))
        scores = torch.stack([(X_new @ W.T + b).clamp(min=0) @ (left @ (A.T @ y)) for y in Y.T], 1)
        return {"dead": (A.sum(0) == 0).sum(), "classes": scores.max(1).indices, "scores": scores}

    def _with_layers(X, Y, X_new, W, b):
        layer = torch.nn.Linear(W.shape[1], W.shape[0])
        with torch.no_grad():
            layer.weight.copy_(W)
            layer.bias.copy_(b)
            A, A_new = torch.relu(layer(X)), torch.relu(layer(X_new))
        # Ridge regression as ordinary least squares: ten more equations for each unit.
        rows = torch.cat([A, 10**0.5 * torch.eye(len(b))])
        aims = torch.cat([Y, torch.zeros(len(b), Y.shape[1])])
        scores = A_new @ torch.linalg.lstsq(rows, aims).solution
        dead = sum(int(unit.max() <= 0) for unit in A.T)
        return {"scores": scores, "classes": scores.argmax(1), "dead": dead}

    alternatives = [_as_a_loop_over_classes, _with_layers]
    hints = [
        "The hidden layer twice: A = torch.relu(X @ W.T + b), and A_new in the same way from X_new.",
        "`torch.linalg.solve(M, R)` solves M V = R. Here M = A.T @ A + 10 * torch.eye(len(b)) and R = A.T @ Y.",
        "scores = A_new @ V; the class is `scores.argmax(dim=1)`; dead units are counted on A as before.",
    ]
