"""The exercises of lesson 02: the perceptron, the linear layer, networks of layers and their sizes."""

from itertools import pairwise

import torch
from torch import nn

from helpers.checks.drivers import linear_layers
from helpers.checks.exercise import (
    FunctionExercise,
    ModuleExercise,
    RepairExercise,
    ValueExercise,
    case,
    exercise,
    forbid,
    made,
    mistake,
)
from helpers.checks.lessons.conclusions import linear_layers as conclusions

LESSON = "02_linear_layers"

AND = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), torch.tensor([0.0, 0, 0, 1])
XOR = AND[0], torch.tensor([0.0, 1, 1, 0])

MISSED, ALARM = "a sample that should fire and did not", "a sample that fired and should not"
RIGHT = "nothing changes after a right answer"
STOPS = "stops after an epoch without mistakes"
GIVES_UP = "gives up after the last epoch where no line separates the classes"
SQUARE = "right where all sizes are equal, so that a wrong order raises nothing"


@exercise(LESSON, points=2)
class fires(FunctionExercise):
    """Say for each sample of a batch whether a perceptron fires: 1.0 or 0.0."""

    requirements = {"right for any batch": 1, "a weighted sum of exactly 0 does not fire": 1}

    def inputs(draw):
        yield (
            torch.tensor([[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5], [0.5, 0.0]]),
            torch.tensor([2.0, 1.0]),
            torch.tensor(-1.5),
        )
        yield case(
            torch.tensor([[1.0, 1.0], [2.0, 1.0], [2.0, -1.0]]),
            torch.tensor([1.0, 2.0]),
            torch.tensor(-3.0),
            requirement="a weighted sum of exactly 0 does not fire",
        )
        x, w = draw.integers(24, 3, low=-4, high=5).float(), draw.integers(3, low=1, high=6).float()
        yield case(x, w, -(x[1] @ w), requirement="a weighted sum of exactly 0 does not fire")
        yield draw.normal(30, 5), draw.normal(5), draw.normal(1).squeeze() - 1
        yield draw.normal(1, 3), draw.normal(3), draw.normal(1).squeeze()

    def reference(X, w, b):
        return (X @ w + b > 0).float()

    mistakes = [
        mistake(
            lambda X, w, b: (X @ w > 0).float(),
            "The bias is missing: compare `X @ w + b` with 0. Without a bias the boundary always runs through "
            "the origin.",
        ),
        mistake(
            lambda X, w, b: (X @ w + b >= 0).float(),
            "A weighted sum of exactly 0 does not fire here: `>` and not `>=`.",
        ),
        mistake(
            lambda X, w, b: X @ w + b > 0,
            "The decisions are right, but they are booleans. `.float()` makes 1.0 and 0.0 of them.",
        ),
        mistake(
            lambda X, w, b: X @ w + b,
            "That is the weighted sum z itself. The perceptron still has to decide: is z above 0?",
        ),
        mistake(
            lambda X, w, b: torch.sign(X @ w + b),
            "`sign` answers −1, 0 or 1; a perceptron answers 0.0 or 1.0.",
        ),
        mistake(
            lambda X, w, b: (X @ w > b).float(),
            "The bias is added, so a large bias makes firing easier. You used it as a threshold, with the "
            "opposite sign.",
        ),
    ]
    alternatives = [
        lambda X, w, b: ((X * w).sum(dim=1) > -b).float(),
        lambda X, w, b: torch.heaviside(X @ w + b, torch.zeros(1)),
        lambda X, w, b: torch.tensor([1.0 if x @ w + b > 0 else 0.0 for x in X]),
        lambda X, w, b: torch.where(w @ X.T + b > 0, 1.0, 0.0),
    ]
    hints = [
        "Two steps: the weighted sums z of all rows, then a decision about each.",
        "`X @ w` gives one number per row; the bias is added to each.",
        "`z > 0` gives booleans, and `.float()` turns them into 1.0 and 0.0.",
    ]


GATES = {"AND": (1.0, 1.0, -1.5), "OR": (1.0, 1.0, -0.5), "NAND": (-1.0, -1.0, 1.5)}


@exercise(LESSON, points=3)
class gates(ValueExercise):
    """Find weights and a bias, by hand, for which a perceptron computes AND, OR and NAND."""

    reference = GATES
    driver = linear_layers.perceptrons
    conclude = conclusions.truth_tables
    requirements = {
        "AND fires for (1, 1) alone": 1,
        "OR stays silent for (0, 0) alone": 1,
        "NAND is the opposite of AND": 1,
    }
    parts = dict(zip(GATES, requirements, strict=True))
    mistakes = [
        mistake(
            GATES | {"AND": (1.0, 1.0, -0.5)},
            "Your AND fires as soon as one input is 1: that is OR. The bias must outweigh one input, but not both.",
        ),
        mistake(
            GATES | {"OR": (1.0, 1.0, -1.0)},
            "Your OR is an AND. A sum of exactly 0 does not fire, so one input of 1 must beat the bias.",
        ),
        mistake(
            GATES | {"OR": (1.0, 1.0, 0.5)},
            "Your OR fires for (0, 0) too: there z equals the bias alone, so the bias must not be above 0.",
        ),
        mistake(
            GATES | {"NAND": (-1.0, -1.0, 0.0)},
            "Your NAND never fires. At (0, 0) z equals the bias, so a NAND needs one above 0.",
        ),
        mistake(
            GATES | {"NAND": (-1.0, -1.0, 0.5)},
            "That is NOR, the opposite of OR: it is silent as soon as one input is 1. NAND is silent only for (1, 1).",
        ),
        mistake(
            GATES | {"NAND": (1.0, 1.0, 1.5)},
            "Your NAND always fires. Each input must pull z down, so the weights are negative.",
        ),
    ]
    hints = [
        "Write down z for the four corners: b, w2 + b, w1 + b, w1 + w2 + b. Which of them must be above 0?",
        "With w1 = w2 = 1 the sum w1·x1 + w2·x2 is 0, 1, 1, 2. For AND the bias must lift only the 2 above 0.",
        "NAND is AND turned round: change the sign of all three numbers, and look at the case z = 0.",
    ]


def _step(x, y, w, b):
    error = y - (x @ w + b > 0).float()
    return w + error * x, b + error


def _step_in_place(x, y, w, b):
    error = y - (x @ w + b > 0).float()
    return w.add_(error * x), b.add_(error)


@exercise(LESSON, points=3)
class perceptron_step(FunctionExercise):
    """Let a perceptron learn from one sample: return its new weights and bias."""

    requirements = {MISSED: 1, ALARM: 1, RIGHT: 1}

    def inputs(draw):
        x, w = torch.tensor([2.0, -3.0]), torch.tensor([0.5, 1.5])
        zero, one = torch.tensor(0.0), torch.tensor(1.0)
        yield case(x, one, w, torch.tensor(0.25), requirement=MISSED)
        yield case(-x, zero, w, torch.tensor(0.25), requirement=ALARM)
        yield case(x, zero, w, torch.tensor(0.25), requirement=RIGHT)
        yield case(-x, one, w, torch.tensor(0.25), requirement=RIGHT)
        # Only the bias decides, and at the start everything is 0.
        x, w = torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.5])
        yield case(x, one, w, torch.tensor(-3.0), requirement=MISSED)
        yield case(-x, zero, w, torch.tensor(3.0), requirement=ALARM)
        yield case(x, one, torch.zeros(2), torch.tensor(0.0), requirement=MISSED)
        yield case(x, zero, torch.zeros(2), torch.tensor(0.0), requirement=RIGHT)
        for wanted in (1.0, 0.0, 1.0):
            x, w = draw.normal(4), draw.normal(4)
            b = draw.normal(1).squeeze()
            fired = (x @ w + b > 0).float()
            if fired != wanted:
                w, b, fired = -w, -b, 1 - fired
            yield case(x, 1 - fired, w, b, requirement=ALARM if fired else MISSED)
            yield case(x, fired, w, b, requirement=RIGHT)

    reference = _step

    mistakes = [
        mistake(
            lambda x, y, w, b: (w - (y - (x @ w + b > 0).float()) * x, b - y + (x @ w + b > 0)),
            "Your step goes the wrong way: after a miss the weighted sum must grow, so x is added. The error is "
            "y − ŷ.",
        ),
        mistake(
            lambda x, y, w, b: (w + (y - (x @ w + b > 0).float()) * x, b.clone()),
            "The weights learn, the bias does not. It moves by the same error, as a weight whose input is always 1. "
            "Compute that error once, before the weights change.",
        ),
        mistake(
            lambda x, y, w, b: (w + y * x, b + y),
            "You add y·x, whatever the perceptron answered. It learns from its error, y − ŷ, which is 0 after a "
            "right answer and −1 after a false alarm.",
        ),
        mistake(
            lambda x, y, w, b: (w + (y - (x @ w + b)) * x, b + (y - (x @ w + b))),
            "Your error is y − z. The perceptron compares y with its decision ŷ, which is 0 or 1.",
        ),
        mistake(
            lambda x, y, w, b: (w + (y - (x @ w + b > 0).float()), b + y - (x @ w + b > 0).float()),
            "Each weight moves by the error times its own input: `error * x`, not the error alone.",
        ),
        mistake(
            lambda x, y, w, b: (w + (y - (x @ w > 0).float()) * x, b + y - (x @ w > 0).float()),
            "You decide without the bias. The perceptron fires when `x @ w + b` is above 0.",
        ),
        mistake(
            lambda x, y, w, b: (
                w + (y - (x @ w + b >= 0).float()) * x,
                b + y - (x @ w + b >= 0).float(),
            ),
            "A weighted sum of exactly 0 does not fire: `>` and not `>=`. At the start all sums are 0.",
        ),
        mistake(
            _step_in_place,
            "The new values are right, but your step changed the caller's `w` and `b`. Make new tensors, "
            "`w = w + ...`; `w += ...` and `w.add_(...)` write into the old ones.",
        ),
    ]

    def _by_cases(x, y, w, b):
        answer = 1.0 if torch.dot(w, x).item() + b.item() > 0 else 0.0
        if answer == y:
            return w.clone(), b.clone()
        return (w + x, b + 1) if y == 1 else (w - x, b - 1)

    def _one_vector(x, y, w, b):
        long_x, long_w = torch.cat([x, torch.ones(1)]), torch.cat([w, b.reshape(1)])
        long_w = long_w + (y - (long_x @ long_w > 0).float()) * long_x
        return long_w[:-1], long_w[-1]

    alternatives = [_by_cases, _one_vector]
    hints = [
        "First the answer ŷ of the perceptron, as in `fires`, but for one sample.",
        "The error is `y - y_hat`: 1 after a miss, −1 after a false alarm, 0 otherwise.",
        "`return w + error * x, b + error`",
    ]


def _train(X, y, epochs, step=_step):
    w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            wrong += int((x @ w + b > 0).float() != target)
            w, b = step(x, target, w, b)
        mistakes.append(wrong)
        if wrong == 0:
            break
    return w, b, mistakes


def _separable(draw, n, d):
    """A batch whose classes a line separates with some room, so that the training ends."""
    w, X = draw.normal(d), draw.normal(n, d)
    z = X @ w
    far = z.abs() > 0.3 * w.norm()
    return X[far], (z[far] > 0).float()


@exercise(LESSON, points=3)
class train_perceptron(FunctionExercise):
    """Train a perceptron, sample by sample, and count its mistakes in each epoch."""

    requirements = {
        "right after one pass over the data": 1,
        STOPS: 1,
        GIVES_UP: 1,
    }

    def inputs(draw):
        yield torch.tensor([[2.0, 1.0], [-1.0, 3.0], [1.0, -2.0]]), torch.tensor([1.0, 0, 1]), 1
        yield case(*AND, 20, requirement=STOPS)
        yield case(*XOR, 6, requirement=GIVES_UP)
        yield draw.normal(9, 3), draw.integers(9, low=0, high=2).float(), 1
        yield case(*_separable(draw, 20, 2), 60, requirement=STOPS)
        yield case(
            draw.normal(40, 2), draw.integers(40, low=0, high=2).float(), 4, requirement=GIVES_UP
        )

    reference = _train

    def _all_at_once(X, y, epochs):
        w, b, mistakes = torch.zeros(X.shape[1]), torch.tensor(0.0), []
        for _ in range(epochs):
            error = y - (X @ w + b > 0).float()
            w, b = w + error @ X, b + error.sum()
            mistakes.append(int(error.abs().sum()))
            if mistakes[-1] == 0:
                break
        return w, b, mistakes

    def _never_stops(X, y, epochs):
        w, b, mistakes = _train(X, y, epochs)
        return w, b, mistakes + [0] * (epochs - len(mistakes))

    def _last_zero_missing(X, y, epochs):
        w, b, mistakes = _train(X, y, epochs)
        return w, b, [m for m in mistakes if m]

    def _forgets(X, y, epochs):
        w, b, _ = _train(X, y, 1)
        first = _train(X, y, 1)[2]
        return w, b, first if first == [0] else first * epochs

    def _sums_up(X, y, epochs):
        w, b, mistakes = _train(X, y, epochs)
        return w, b, [sum(mistakes[: k + 1]) for k in range(len(mistakes))]

    def _without_bias(X, y, epochs):
        return _train(X, y, epochs, lambda x, t, w, b: (_step(x, t, w, b)[0], b))

    mistakes = [
        mistake(
            _all_at_once,
            "You judge all samples with the same weights and move once per epoch. The perceptron learns sample by "
            "sample: the next one already meets the new weights.",
        ),
        mistake(
            _never_stops,
            "The weights are right, but the training goes on after an epoch without mistakes. `break` ends the "
            "loop.",
        ),
        mistake(
            _last_zero_missing,
            "The weights are right, but the list lacks the last epoch, the one without mistakes. Append first, "
            "then ask whether to stop.",
        ),
        mistake(
            _forgets,
            "Each epoch starts again from weights of 0. Make `w` and `b` once, before the first epoch.",
        ),
        mistake(
            _sums_up,
            "Your count goes on growing from epoch to epoch. Set it back to 0 at the start of each.",
        ),
        mistake(
            _without_bias,
            "The weights learn, the bias stays 0. `perceptron_step` gives you both: `w, b = perceptron_step(...)`.",
        ),
    ]

    def _with_a_while(X, y, epochs):
        w, b, mistakes = torch.zeros(X.shape[1]), torch.zeros(()), []
        while len(mistakes) < epochs and 0 not in mistakes:
            errors = []
            for i in range(len(y)):
                error = y[i] - (w @ X[i] + b > 0).float()
                w, b = w + error * X[i], b + error
                errors.append(error.item())
            mistakes.append(sum(e != 0 for e in errors))
        return w, b, mistakes

    def _by_comparing(X, y, epochs):
        w, b, history = torch.zeros(X.shape[1]), torch.tensor(0.0), []
        for _ in range(epochs):
            count = 0
            for i in range(X.shape[0]):
                old = b
                w, b = _step(X[i], y[i], w, b)
                count += int(b.item() != old.item())
            history += [count]
            if not count:
                return w, b, history
        return w, b, history

    alternatives = [_with_a_while, _by_comparing]
    hints = [
        "Two loops, one inside the other: epochs, and in each the samples with `for x, target in zip(X, y)`.",
        "A sample counts as a mistake when `(x @ w + b > 0).float() != target`, before its step.",
        "After the samples of an epoch: append the count (an int), and `break` if it is 0.",
    ]


@exercise(LESSON, points=2)
class linear(FunctionExercise):
    """Compute what a linear layer computes, for a whole batch: X Wᵀ + b."""

    requirements = {"right for any sizes": 1, SQUARE: 1}
    gradients = True
    forbidden = forbid(
        "linear", "Linear", why="Write the layer yourself, with a matrix product and a sum."
    )

    def inputs(draw):
        yield (
            torch.tensor([[1.0, 2.0, 0.5], [-1.0, 3.0, 2.0]]),
            torch.tensor([[2.0, 1.0, 4.0], [0.5, -1.0, 3.0], [1.0, 5.0, -2.0], [3.0, 0.25, 1.5]]),
            torch.tensor([10.0, 20.0, 30.0, 40.0]),
        )
        yield case(
            torch.tensor([[1.0, 2.0], [-1.0, 3.0]]),
            torch.tensor([[2.0, 5.0], [0.5, -1.0]]),
            torch.tensor([10.0, 20.0]),
            requirement=SQUARE,
        )
        yield draw.normal(6, 5), draw.normal(3, 5), draw.normal(3)
        yield draw.normal(1, 4), draw.normal(7, 4), draw.normal(7)
        yield case(draw.normal(4, 4), draw.normal(4, 4), draw.normal(4), requirement=SQUARE)

    def reference(X, W, b):
        return X @ W.T + b

    mistakes = [
        mistake(
            lambda X, W, b: X @ W + b,
            "The transpose is missing. W is kept as (out, in), so X (n, in) meets `W.T` (in, out). With square "
            "matrices nothing raises: only the numbers are wrong.",
        ),
        mistake(
            lambda X, W, b: X @ W.T,
            "The bias is missing: one number per output, added to every row.",
        ),
        mistake(
            lambda X, W, b: X @ W.T - b,
            "The bias is added, not subtracted.",
        ),
        mistake(
            lambda X, W, b: X @ W.T + b[:, None],
            "Your bias runs down the samples. `b` holds one number per output, which is a column of the result: "
            "`+ b` lines it up.",
        ),
        mistake(
            lambda X, W, b: (X @ W.T + b).T,
            "Your samples stand in columns. In PyTorch each sample stays a row: (n, out).",
        ),
        mistake(
            lambda X, W, b: (X @ W.T + b).detach(),
            "The values are right, but no gradient flows back: leave out `.detach()` and `torch.tensor(...)`.",
        ),
    ]
    alternatives = [
        lambda X, W, b: (W @ X.T).T + b,
        lambda X, W, b: torch.einsum("ni,oi->no", X, W) + b,
        lambda X, W, b: torch.stack([W @ x + b for x in X]),
        lambda X, W, b: torch.addmm(b, X, W.t()),
    ]
    hints = [
        "Write the shapes down: X (n, in), W (out, in), wanted (n, out). Which of them must be turned round?",
        "`X @ W.T` has the shape (n, out).",
        "`b` has the shape (out,), so broadcasting adds it to each row.",
    ]


LAYER_SHAPES = {
    "layer.weight": (20, 8),
    "layer(torch.rand(5, 8))": (5, 20),
    "layer(torch.rand(8, 5))": "error",
    "layer(torch.rand(2, 5, 8))": (2, 5, 20),
}


@exercise(LESSON, points=2)
class layer_shapes(ValueExercise):
    """Predict shapes for `layer = nn.Linear(8, 20)`, or "error"."""

    reference = LAYER_SHAPES
    requirements = {f"`{code}`": 0.5 for code in LAYER_SHAPES}
    parts = {code: f"`{code}`" for code in LAYER_SHAPES}
    mistakes = [
        mistake(
            LAYER_SHAPES | {"layer.weight": (8, 20)},
            "The weight is stored as (out, in): one row of 8 weights for each of the 20 neurons.",
        ),
        mistake(
            LAYER_SHAPES | {"layer(torch.rand(5, 8))": (20, 5)},
            "Samples stay rows: 5 come in, 5 go out, each with 20 numbers.",
        ),
        mistake(
            LAYER_SHAPES | {"layer(torch.rand(5, 8))": (5, 8)},
            "The last dimension changes from the 8 inputs to the 20 outputs.",
        ),
        mistake(
            LAYER_SHAPES | {"layer(torch.rand(8, 5))": (8, 20)},
            "Each row of this batch has 5 numbers, and the neurons have 8 weights each: an error. 8 rows are "
            "not 8 inputs.",
        ),
        mistake(
            LAYER_SHAPES | {"layer(torch.rand(8, 5))": (20, 5)},
            "The layer does not turn the batch round for you: the last dimension must be 8, and it is 5. An error.",
        ),
        mistake(
            LAYER_SHAPES | {"layer(torch.rand(2, 5, 8))": "error"},
            "A layer works on the last dimension alone. All dimensions before it are kept.",
        ),
    ]
    hints = [
        "A neuron has one weight per input. How many neurons are there, and how many inputs?",
        "A layer replaces the last dimension, which must be its number of inputs, by its number of outputs.",
    ]


@exercise(LESSON, points=2)
class chain(RepairExercise):
    """Mend a network 10 → 18 → 20 → 5 whose sizes do not chain."""

    driver = linear_layers.built
    conclude = conclusions.built
    requirements = {
        "a batch runs through, and 5 numbers come out": 1,
        "the layers are 10 → 18 → 20 → 5": 1,
    }
    parts = {
        "output shape": "a batch runs through, and 5 numbers come out",
        "parameters": "the layers are 10 → 18 → 20 → 5",
        "layers": "the layers are 10 → 18 → 20 → 5",
        "output": "the layers are 10 → 18 → 20 → 5",
    }

    def broken():
        return nn.Sequential(
            nn.Linear(18, 10),
            nn.Linear(10, 20),
            nn.Linear(5, 20),
        )

    def inputs(draw):
        yield torch.linspace(-2, 2, 30).reshape(3, 10)
        yield draw.normal(4, 10)
        yield draw.normal(10, 10)

    def reference():
        return nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(20, 5))

    mistakes = [
        mistake(
            lambda: nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 20), nn.Linear(5, 20)),
            "Two sizes still do not fit. Read the layers one by one: the second number of each must be the first "
            "number of the next, and the first of all is 10.",
        ),
        mistake(
            lambda: nn.Sequential(nn.Linear(10, 10), nn.Linear(10, 20), nn.Linear(20, 5)),
            "It runs, but as 10 → 10 → 20 → 5. The first hidden layer is to have 18 neurons.",
        ),
        mistake(
            lambda: nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 5)),
            "It runs, but one hidden layer is gone: 10 → 18 → 20 → 5 has three layers of weights.",
        ),
        mistake(
            lambda: nn.Sequential(nn.Linear(10, 20), nn.Linear(20, 18), nn.Linear(18, 5)),
            "It runs, but the hidden layers stand in the wrong order: first 18 neurons, then 20.",
        ),
    ]

    def _appended():
        model, sizes = nn.Sequential(), [10, 18, 20, 5]
        for n_in, n_out in pairwise(sizes):
            model.append(nn.Linear(n_in, n_out))
        return model

    def _nested():
        front = nn.Sequential(nn.Linear(10, 18), nn.Linear(18, 20))
        return nn.Sequential(front, nn.Linear(in_features=20, out_features=5))

    alternatives = [_appended, _nested]
    hints = [
        "Write the sizes that you want in one line, 10 → 18 → 20 → 5. Each arrow is one layer.",
        "`nn.Linear(in, out)`: the second number of a layer is the first of the next.",
        "Two layers have their numbers swapped, and one waits for the wrong number.",
    ]


class _Shortcut(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.output(self.hidden(x)) + self.direct(x)


class _InAList(_Shortcut):
    def __init__(self, n_in, n_hidden, n_out):
        nn.Module.__init__(self)
        self.layers = [
            nn.Linear(n_in, n_hidden),
            nn.Linear(n_hidden, n_out),
            nn.Linear(n_in, n_out, bias=False),
        ]

    def forward(self, x):
        hidden, output, direct = self.layers
        return output(hidden(x)) + direct(x)


class _NoSuper(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        self.hidden = nn.Linear(n_in, n_hidden)


class _TwoBiases(_Shortcut):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(n_in, n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out)


class _NotAdded(_Shortcut):
    def forward(self, x):
        return self.output(self.hidden(x))


class _OnlyDirect(_Shortcut):
    def forward(self, x):
        return self.direct(x)


class _NoReturn(_Shortcut):
    def forward(self, x):
        self.output(self.hidden(x)) + self.direct(x)


class _AsOneSequential(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.long_way = nn.Sequential(nn.Linear(n_in, n_hidden), nn.Linear(n_hidden, n_out))
        self.short_way = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.short_way(x) + self.long_way(x)


class _WithBareParameters(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.layers = nn.ModuleDict(
            {"first": nn.Linear(n_in, n_hidden), "second": nn.Linear(n_hidden, n_out)}
        )
        self.direct = nn.Parameter(torch.rand(n_out, n_in))

    def forward(self, x):
        return self.layers["second"](self.layers["first"](x)) + x @ self.direct.T


@exercise(LESSON, points=3)
class Shortcut(ModuleExercise):
    """Write a network whose input takes two ways to the output, which are added."""

    requirements = {
        "the parameters of all three layers are known to the model": 1,
        "both ways are added": 1,
        "gradients reach every parameter": 1,
    }
    parts = {
        "parameters": "the parameters of all three layers are known to the model",
        "output": "both ways are added",
        "gradients reach every parameter": "gradients reach every parameter",
    }

    def inputs(draw):
        yield (3, 4, 2), torch.tensor([[1.0, -2.0, 0.5], [3.0, 1.0, 2.0]])
        # No two sizes are equal, so that it does not matter in which order the layers are made.
        sizes = draw.integer(4, 8), draw.integer(9, 20), draw.integer(1, 4)
        yield sizes, draw.normal(5, sizes[0])
        sizes = draw.integer(4, 7), draw.integer(2, 4), draw.integer(7, 10)
        yield sizes, draw.normal(1, sizes[0])

    reference = _Shortcut

    def conclude(seen, sizes, x):
        return conclusions.slopes_arrive(seen, _Shortcut(*sizes), x)

    mistakes = [
        mistake(
            _InAList,
            "The model does not know its layers: those in a plain list, or made inside `forward`, are not found by "
            "`.parameters()` and would never be trained. Give each an attribute of its own in `__init__`.",
        ),
        mistake(
            _NoSuper,
            "`super().__init__()` must be the first line of `__init__`: it prepares the place where layers are kept.",
        ),
        mistake(
            _TwoBiases,
            "The direct way has a bias too. Two biases are added to the same output, so one of them can do no "
            "more than the other: `bias=False`.",
        ),
        mistake(
            _NotAdded,
            "The direct way is there, but your `forward` does not use it, so no gradient reaches it. Add its output.",
        ),
        mistake(
            _OnlyDirect,
            "Your `forward` takes the direct way alone. The way through the hidden layer is missing.",
        ),
        mistake(
            _NoReturn,
            "Your `forward` works out the answer and returns nothing: begin its last line with `return`.",
        ),
    ]
    alternatives = [_AsOneSequential, _WithBareParameters]
    hints = [
        "`__init__` makes three layers, `forward` uses them. Which sizes does each of the three have?",
        "hidden: n_in → n_hidden; output: n_hidden → n_out; direct: n_in → n_out, with `bias=False`.",
        "`return self.output(self.hidden(x)) + self.direct(x)`",
    ]


@exercise(LESSON, points=2)
class count_by_formula(FunctionExercise):
    """Count the parameters of a fully connected network from its sizes alone."""

    requirements = {"one layer": 1, "any number of layers": 1}

    def inputs(draw):
        many = "any number of layers"
        yield [8, 4]
        yield case([8, 4, 2], requirement=many)
        yield [784, 10]
        yield draw.integers(2, low=3, high=60).tolist()
        yield case(draw.integers(4, low=3, high=60).tolist(), requirement=many)
        yield case(draw.integers(6, low=3, high=60).tolist(), requirement=many)

    def reference(sizes):
        return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))

    mistakes = [
        mistake(
            lambda sizes: sum(n_in * n_out for n_in, n_out in pairwise(sizes)),
            "The biases are missing: one for each neuron, so `n_out` more per layer.",
        ),
        mistake(
            lambda sizes: sum(n_in * (n_out + 1) for n_in, n_out in pairwise(sizes)),
            "You counted one bias per input. A bias belongs to a neuron, and a layer has `n_out` of them.",
        ),
        mistake(
            lambda sizes: sum(n_in * n_out + 1 for n_in, n_out in pairwise(sizes)),
            "You counted one bias per layer. Each of its `n_out` neurons has its own.",
        ),
        mistake(
            lambda sizes: (sizes[0] + 1) * sizes[-1],
            "You joined the first size with the last. Each layer joins two neighbours: 8 → 4, then 4 → 2.",
        ),
        mistake(
            lambda sizes: (sizes[0] + 1) * sizes[1],
            "That is the first layer alone. Go on to the next pair of neighbours, and add.",
        ),
        mistake(
            lambda sizes: sum((n + 1) * n for n in sizes[1:]),
            "A neuron has one weight for each number that it receives: the size of the layer before it, not "
            "of its own.",
        ),
    ]

    def _with_a_loop(sizes):
        total = 0
        for i in range(1, len(sizes)):
            total += sizes[i - 1] * sizes[i] + sizes[i]
        return total

    alternatives = [
        _with_a_loop,
        lambda sizes: sum(nn.Linear(a, b).weight.numel() + b for a, b in pairwise(sizes)),
        lambda sizes: sum(a * b for a, b in pairwise(sizes)) + sum(sizes[1:]),
    ]
    hints = [
        "One layer from n_in to n_out: how many weights has each neuron, how many biases, how many neurons are there?",
        "A layer has `(n_in + 1) * n_out` parameters.",
        "`zip(sizes[:-1], sizes[1:])` gives the pairs of neighbours.",
    ]


@exercise(LESSON, points=2)
class count_parameters(FunctionExercise):
    """Count the parameters of any model by asking the model."""

    requirements = {"a chain of layers": 1, "any other model: no biases, nested, partly frozen": 1}

    def inputs(draw):
        other = "any other model: no biases, nested, partly frozen"
        network = "linear_layers.network"
        yield made(network, sizes=[8, 4, 2])
        yield case(made(network, sizes=[5, 3, 2], bias=False), requirement=other)
        yield case(made(network, sizes=[5, 3, 4, 2], nested=True), requirement=other)
        yield case(made(network, sizes=[5, 3, 2], frozen=True), requirement=other)
        yield made(network, sizes=draw.integers(4, low=3, high=30).tolist())
        sizes = draw.integers(4, low=3, high=30).tolist()
        yield case(made(network, sizes=sizes, nested=True, bias=False), requirement=other)

    def reference(model):
        return sum(p.numel() for p in model.parameters())

    mistakes = [
        mistake(
            lambda model: len(list(model.parameters())),
            "That is the number of tensors. Each has many entries: `.numel()`.",
        ),
        mistake(
            lambda model: sum(p.numel() for p in model.parameters() if p.dim() > 1),
            "You counted the weights alone; the biases are parameters too.",
        ),
        mistake(
            lambda model: sum(
                m.in_features * m.out_features + m.out_features
                for m in model.modules()
                if isinstance(m, nn.Linear)
            ),
            "That is the formula, which takes it for granted that each layer has a bias. Ask the model itself: "
            "`model.parameters()`.",
        ),
        mistake(
            lambda model: sum(p.numel() for p in model.parameters() if p.requires_grad),
            "You left out frozen parameters. They do not learn, but they are there and take memory.",
        ),
        mistake(
            lambda model: sum(len(p) for p in model.parameters()),
            "`len` counts rows. `.numel()` counts entries.",
        ),
    ]

    def _from_state(model):
        return sum(tensor.numel() for tensor in model.state_dict().values())

    def _with_shapes(model):
        total = 0
        for _, parameter in model.named_parameters():
            size = 1
            for n in parameter.shape:
                size *= n
            total += size
        return total

    alternatives = [_from_state, _with_shapes]
    hints = [
        "`model.parameters()` yields every parameter tensor, however deeply nested.",
        "`p.numel()` is the number of entries of the tensor p.",
        "`sum(... for p in model.parameters())`",
    ]


def _layers(draw, *sizes):
    """Weights and biases of layers that chain, as a list of pairs (W, b)."""
    return [(draw.normal(n_out, n_in), draw.normal(n_out)) for n_in, n_out in pairwise(sizes)]


@exercise(LESSON, points=2)
class forward_pass(FunctionExercise):
    """Send a batch through a list of layers and keep every intermediate: [a[0], a[1], …]."""

    requirements = {"right for layers of any sizes": 1, SQUARE: 1}

    def inputs(draw):
        small = [
            (torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]]), torch.tensor([0.1, 0.2, 0.3])),
            (torch.tensor([[2.0, -1.0, 0.5]]), torch.tensor([10.0])),
        ]
        yield torch.tensor([[1.0, 3.0], [2.0, -1.0]]), small
        yield draw.normal(5, 8), _layers(draw, 8, 4, 6, 3)
        yield draw.normal(1, 3), _layers(draw, 3, 7)
        yield case(draw.normal(3, 3), _layers(draw, 3, 3, 3), requirement=SQUARE)

    def reference(X, layers):
        outputs = [X]
        for W, b in layers:
            outputs.append(outputs[-1] @ W.T + b)
        return outputs

    def _same_input_each_time(X, layers):
        return [X, *(X @ W.T + b for W, b in layers)]

    def _input_left_out(X, layers):
        outputs = []
        for W, b in layers:
            X = X @ W.T + b
            outputs.append(X)
        return outputs

    def _last_only(X, layers):
        for W, b in layers:
            X = X @ W.T + b
        return X

    def _one_too_few(X, layers):
        outputs = [X]
        for W, b in layers[:-1]:
            outputs.append(outputs[-1] @ W.T + b)
        return outputs

    def _no_transpose(X, layers):
        outputs = [X]
        for W, b in layers:
            outputs.append(outputs[-1] @ W + b)
        return outputs

    mistakes = [
        mistake(
            _same_input_each_time,
            "Every layer of yours receives X. Only the first one does; each of the others receives what the one "
            "before it gave.",
        ),
        mistake(
            _input_left_out,
            "The list begins with a[0], the input itself, which is missing.",
        ),
        mistake(
            _last_only,
            "That is the last output alone. Put each one into the list as you go.",
        ),
        mistake(
            _one_too_few,
            "The last layer's output is missing: with the input there is one entry more than there are layers.",
        ),
        mistake(
            _no_transpose,
            "The transpose is missing: `A @ W.T + b`. Your `linear` does it.",
        ),
    ]

    def _with_torch(X, layers):
        kept = (X,)
        for W, b in layers:
            kept = (*kept, nn.functional.linear(kept[-1], W, b))
        return list(kept)

    def _by_recursion(X, layers):
        if not layers:
            return [X]
        (W, b), *rest = layers
        return [X, *_forward(torch.addmm(b, X, W.T), rest)]

    alternatives = [_with_torch, _by_recursion]
    hints = [
        "Begin with `outputs = [X]`. What does the next layer receive?",
        "`outputs[-1]` is the latest entry; your `linear` turns it into the next one.",
        "`for W, b in layers:` and `outputs.append(...)`, then return the list.",
    ]


def _forward(X, layers):
    outputs = [X]
    for W, b in layers:
        outputs.append(outputs[-1] @ W.T + b)
    return outputs


@exercise(LESSON, points=2)
class merge_layers(FunctionExercise):
    """Find the one linear layer (W, b) that does what two in a row do."""

    requirements = {"right for any sizes": 1, SQUARE: 1}

    def inputs(draw):
        yield (
            torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]]),
            torch.tensor([1.0, 2.0, 3.0]),
            torch.tensor([[2.0, -1.0, 0.5], [1.0, 4.0, -2.0]]),
            torch.tensor([10.0, 20.0]),
        )
        (W1, b1), (W2, b2) = _layers(draw, 5, 4, 3)
        yield W1, b1, W2, b2
        (W1, b1), (W2, b2) = _layers(draw, 2, 6, 1)
        yield W1, b1, W2, b2
        (W1, b1), (W2, b2) = _layers(draw, 3, 3, 3)
        yield case(W1, b1, W2, b2, requirement=SQUARE)

    def reference(W1, b1, W2, b2):
        return W2 @ W1, W2 @ b1 + b2

    mistakes = [
        mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, W2 @ b1 + b2),
            "The order is wrong: W2 (W1 x) applies W1 first, and W1 stands to the right: `W2 @ W1`.",
        ),
        mistake(
            lambda W1, b1, W2, b2: (W1 @ W2, b1 + b2),
            "W2 (W1 x) applies W1 first, so W1 stands to the right; and the first bias passes through the second "
            "layer as well. Multiply out W2 (W1 x + b1) + b2.",
        ),
        mistake(
            lambda W1, b1, W2, b2: (W2 @ W1, b1 + b2),
            "The first bias passes through the second layer as well: it arrives as `W2 @ b1`.",
        ),
        mistake(
            lambda W1, b1, W2, b2: (W2 @ W1, W2 @ b1),
            "The second layer's own bias is missing.",
        ),
        mistake(
            lambda W1, b1, W2, b2: (W2 @ W1, b2),
            "The first bias is lost. Multiply out W2 (W1 x + b1) + b2.",
        ),
        mistake(
            lambda W1, b1, W2, b2: ((W2 @ W1).T, W2 @ b1 + b2),
            "The numbers are right, but W is turned round: it must be (out, in).",
        ),
        mistake(
            lambda W1, b1, W2, b2: (W2 @ W1, W2 @ (b1 + W1.sum(dim=1)) + b2),
            "Your bias is the answer to an input of ones. The bias is the answer to an input of zeros.",
        ),
    ]

    def _by_trying(W1, b1, W2, b2):
        def both(X):
            return (X @ W1.T + b1) @ W2.T + b2

        b = both(torch.zeros(1, W1.shape[1]))[0]
        return (both(torch.eye(W1.shape[1])) - b).T, b

    alternatives = [
        _by_trying,
        lambda W1, b1, W2, b2: ((W1.T @ W2.T).T, b1 @ W2.T + b2),
        lambda W1, b1, W2, b2: (torch.einsum("oh,hi->oi", W2, W1), (W2 * b1).sum(1) + b2),
    ]
    hints = [
        "Put the first layer into the second: z = W2 (W1 x + b1) + b2. Multiply out.",
        "z = (W2 W1) x + (W2 b1 + b2).",
        "Check the shapes: W2 is (out, hidden), W1 is (hidden, in).",
    ]


@exercise(LESSON, points=3)
class two_layers(RepairExercise):
    """Mend a forward pass of two layers that raises nothing and is wrong."""

    requirements = {"right where all sizes are equal": 1, "right for all other sizes": 2}

    def broken(X, W1, b1, W2, b2):
        Z1 = X @ W1 + b1.unsqueeze(1)
        Z2 = X @ W2.T + b2
        return Z1, Z2

    def inputs(draw):
        other = "right for all other sizes"
        yield (
            torch.tensor([[1.0, 2.0], [-1.0, 3.0]]),
            torch.tensor([[2.0, 5.0], [0.5, -1.0]]),
            torch.tensor([10.0, 20.0]),
            torch.tensor([[1.0, -2.0], [4.0, 0.5]]),
            torch.tensor([3.0, 7.0]),
        )
        (W1, b1), (W2, b2) = _layers(draw, 3, 3, 3)
        yield draw.normal(3, 3), W1, b1, W2, b2
        (W1, b1), (W2, b2) = _layers(draw, 5, 4, 2)
        yield case(draw.normal(6, 5), W1, b1, W2, b2, requirement=other)
        (W1, b1), (W2, b2) = _layers(draw, 4, 4, 4)
        yield case(draw.normal(7, 4), W1, b1, W2, b2, requirement=other)
        (W1, b1), (W2, b2) = _layers(draw, 3, 6, 1)
        yield case(draw.normal(1, 3), W1, b1, W2, b2, requirement=other)

    def reference(X, W1, b1, W2, b2):
        Z1 = X @ W1.T + b1
        return Z1, Z1 @ W2.T + b2

    mistakes = [
        mistake(
            lambda X, W1, b1, W2, b2: (X @ W1 + b1, (X @ W1 + b1) @ W2.T + b2),
            "One fault is left: the first product lacks its transpose. Square matrices hide it.",
        ),
        mistake(
            lambda X, W1, b1, W2, b2: (
                X @ W1.T + b1.unsqueeze(1),
                (X @ W1.T + b1.unsqueeze(1)) @ W2.T + b2,
            ),
            "One fault is left: the first bias runs down the samples instead of along the neurons.",
        ),
        mistake(
            lambda X, W1, b1, W2, b2: (X @ W1.T + b1, X @ W2.T + b2),
            "One fault is left: the second layer still receives X, so the first one does nothing for it.",
        ),
        mistake(
            lambda X, W1, b1, W2, b2: (
                X @ W1 + b1.unsqueeze(1),
                (X @ W1 + b1.unsqueeze(1)) @ W2.T + b2,
            ),
            "The second layer is fed rightly now. Two faults are left in the line of the first.",
        ),
        mistake(
            lambda X, W1, b1, W2, b2: (X @ W1 + b1, (X @ W1 + b1) @ W2 + b2),
            "Neither product has its transpose. W is kept as (out, in), so it is `X @ W.T`.",
        ),
        mistake(
            lambda X, W1, b1, W2, b2: (X @ W1.T + b1) @ W2.T + b2,
            "The numbers of the second layer are right, but those of the first are asked for too: `return Z1, Z2`.",
        ),
    ]

    def _with_torch(X, W1, b1, W2, b2):
        Z1 = nn.functional.linear(X, W1, b1)
        return Z1, nn.functional.linear(Z1, W2, b2)

    alternatives = [
        _with_torch,
        lambda X, W1, b1, W2, b2: tuple(_forward(X, [(W1, b1), (W2, b2)])[1:]),
        lambda X, W1, b1, W2, b2: [X @ W1.T + b1, X @ (W2 @ W1).T + (W2 @ b1 + b2)],
    ]
    hints = [
        "Three lines, three faults. Try sizes that all differ: n = 6, then 5 → 4 → 2.",
        "Follow `Z1`: where is it used?",
        "First line: `X @ W1.T + b1`. Second line: which input does the second layer have?",
    ]


def _train_layer(X, y, classes, epochs):
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            guess = (W @ x + b).argmax()
            if guess != target:
                W[target] += x
                b[target] += 1
                W[guess] -= x
                b[guess] -= 1
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _three_classes(draw, n, d):
    """A batch of three classes that three linear scores tell apart with some room."""
    W, X = draw.normal(3, d), draw.normal(n, d)
    scores = (X @ W.T).sort(dim=1, descending=True)
    far = scores.values[:, 0] - scores.values[:, 1] > 0.6
    return X[far], scores.indices[far, 0]


@exercise(LESSON, points=4)
class train_layer(FunctionExercise):
    """Train a layer with one neuron per class by the perceptron rule."""

    requirements = {"right after one pass over the data": 2, STOPS: 1, GIVES_UP: 1}

    def inputs(draw):
        X = torch.tensor([[2.0, 1.0], [-1.0, 3.0], [1.0, -2.0], [-2.0, -1.5]])
        yield X, torch.tensor([1, 2, 0, 2]), 3, 1
        yield case(X, torch.tensor([1, 2, 0, 2]), 3, 50, requirement=STOPS)
        yield draw.normal(12, 4), draw.integers(12, low=0, high=5), 5, 1
        yield case(*_three_classes(draw, 30, 4), 3, 60, requirement=STOPS)
        yield case(draw.normal(40, 2), draw.integers(40, low=0, high=3), 3, 4, requirement=GIVES_UP)

    reference = _train_layer

    def _only_up(X, y, classes, epochs):
        W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
        for _ in range(epochs):
            wrong = 0
            for x, target in zip(X, y, strict=True):
                if (W @ x + b).argmax() != target:
                    W[target] += x
                    b[target] += 1
                    wrong += 1
            mistakes.append(wrong)
            if wrong == 0:
                break
        return W, b, mistakes

    def _without_bias(X, y, classes, epochs):
        W, mistakes = torch.zeros(classes, X.shape[1]), []
        for _ in range(epochs):
            wrong = 0
            for x, target in zip(X, y, strict=True):
                guess = (W @ x).argmax()
                if guess != target:
                    W[target] += x
                    W[guess] -= x
                    wrong += 1
            mistakes.append(wrong)
            if wrong == 0:
                break
        return W, torch.zeros(classes), mistakes

    def _turned_round(X, y, classes, epochs):
        W, b, mistakes = _train_layer(X, y, classes, epochs)
        return -W, -b, mistakes

    def _all_others_down(X, y, classes, epochs):
        W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
        for _ in range(epochs):
            wrong = 0
            for x, target in zip(X, y, strict=True):
                if (W @ x + b).argmax() != target:
                    W -= x
                    b -= 1
                    W[target] += 2 * x
                    b[target] += 2
                    wrong += 1
            mistakes.append(wrong)
            if wrong == 0:
                break
        return W, b, mistakes

    def _never_stops(X, y, classes, epochs):
        W, b, mistakes = _train_layer(X, y, classes, epochs)
        return W, b, mistakes + [0] * (epochs - len(mistakes))

    mistakes = [
        mistake(
            _only_up,
            "You raise the score of the right class. Lower that of the class that was guessed too: subtract x and 1 "
            "from its row and bias.",
        ),
        mistake(
            _without_bias,
            "The biases stay 0. Each moves with its row, by 1.",
        ),
        mistake(
            _turned_round,
            "The signs are turned round: the right class's row gains x, the guessed one's loses it.",
        ),
        mistake(
            _all_others_down,
            "You lower all other classes. Only the one that was wrongly guessed loses x.",
        ),
        mistake(
            _never_stops,
            "The weights are right, but the training goes on after an epoch without mistakes. `break` ends the "
            "loop.",
        ),
    ]

    def _with_one_hot(X, y, classes, epochs):
        table, mistakes = torch.zeros(X.shape[1] + 1, classes), []
        ones = torch.cat([X, torch.ones(len(X), 1)], dim=1)
        for _ in range(epochs):
            wrong = 0
            for x, target in zip(ones, y.tolist(), strict=True):
                guess = int(torch.argmax(x @ table))
                move = torch.zeros(classes)
                move[target] += 1
                move[guess] -= 1
                wrong += guess != target
                table = table + torch.outer(x, move)
            mistakes.append(wrong)
            if not wrong:
                break
        return table[:-1].T, table[-1], mistakes

    def _with_a_while(X, y, classes, epochs):
        W, b, mistakes = torch.zeros((classes, X.size(1))), torch.zeros(classes), []
        while len(mistakes) < epochs and (not mistakes or mistakes[-1] > 0):
            mistakes.append(0)
            for i in range(len(X)):
                k, g = int(y[i]), int(nn.functional.linear(X[i], W, b).argmax())
                if k != g:
                    W[k], W[g] = W[k] + X[i], W[g] - X[i]
                    b[k], b[g] = b[k] + 1, b[g] - 1
                    mistakes[-1] += 1
        return W, b, mistakes

    alternatives = [_with_one_hot, _with_a_while]
    hints = [
        "Start from `W = torch.zeros(classes, X.shape[1])` and `b = torch.zeros(classes)`; the two loops are "
        "those of `train_perceptron`.",
        "One sample: `guess = (W @ x + b).argmax()`. Only if it differs from the target does anything change.",
        "Then four lines: `W[target] += x`, `b[target] += 1`, and the same with `-=` for `guess`.",
    ]
