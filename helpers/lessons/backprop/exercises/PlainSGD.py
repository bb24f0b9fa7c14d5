"""Write gradient descent as a class with `step()` and `zero_grad()`, as torch's optimizers have them."""

import torch

from helpers.checks.exercise import Exercise as ClassExercise
from helpers.checks.exercise import case, forbid, mistake
from helpers.lessons.backprop import drivers
from helpers.lessons.backprop.exercises import _conclusions as conclusions


class _Descent:
    """A right optimizer, taken apart so that the wrong ones differ from it in one place."""

    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = list(parameters), learning_rate

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is not None:
                    p += self.change(p.grad)

    def change(self, gradient):
        return -self.learning_rate * gradient

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None


class _Ascent(_Descent):
    def change(self, gradient):
        return self.learning_rate * gradient


class _FullStep(_Descent):
    def change(self, gradient):
        return -gradient


class _NeverClears(_Descent):
    def zero_grad(self):
        pass


class _ClearsInStep(_Descent):
    def step(self):
        super().step()
        self.zero_grad()


class _KeepsGenerator(_Descent):
    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = parameters, learning_rate


class _NewNames(_Descent):
    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is not None:
                    p = p + self.change(p.grad)


class _Recorded(_Descent):
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                p += self.change(p.grad)


class _ExpectsAll(_Descent):
    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                p += self.change(p.grad)


class _ThroughData(_Descent):
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                p.data = p.data - self.learning_rate * p.grad

    def zero_grad(self):
        for p in self.parameters:
            if p.grad is not None:
                p.grad.zero_()


class _StopsAtNone(_Descent):
    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is None:
                    break
                p += self.change(p.grad)


class _OneListForAll(_Descent):
    parameters = []  # noqa: RUF012 - that is the mistake

    def __init__(self, parameters, learning_rate):
        self.parameters.extend(parameters)
        self.learning_rate = learning_rate


class _OwnRate(_Descent):
    def change(self, gradient):
        return -0.1 * gradient


class _ReachesNothing(_Descent):
    def __init__(self, parameters, learning_rate):
        super().__init__([p.detach().clone() for p in parameters], learning_rate)


class _ShrinkingRate(_Descent):
    def step(self):
        super().step()
        self.learning_rate *= 0.99


class _WithMomentum(_Descent):
    def __init__(self, parameters, learning_rate):
        super().__init__(parameters, learning_rate)
        self.speed = [torch.zeros_like(p) for p in self.parameters]

    def step(self):
        with torch.no_grad():
            for p, speed in zip(self.parameters, self.speed, strict=True):
                if p.grad is not None:
                    speed.mul_(0.9).add_(p.grad)
                    p -= self.learning_rate * speed


class _ZeroesAll(_Descent):
    def zero_grad(self):
        for p in self.parameters:
            p.grad.zero_()


class _OnDetached:
    """Changes the memory that `detach()` shares with the parameter."""

    def __init__(self, parameters, learning_rate):
        self.pool, self.rate = [], learning_rate
        for p in parameters:
            self.pool.append(p)

    def step(self):
        for p in self.pool:
            if p.grad is not None:
                numbers = p.detach()
                numbers -= self.rate * p.grad

    def zero_grad(self):
        for p in self.pool:
            p.grad = None


class _WithSub(_Descent):
    @torch.no_grad()
    def step(self):
        for p in self.parameters:
            if p.grad is not None:
                p.sub_(p.grad, alpha=self.learning_rate)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None if p.grad is None else torch.zeros_like(p.grad)


kind = ClassExercise
answer_kind = "class"
driver = staticmethod(drivers.optimizer_path)
conclude = staticmethod(conclusions.optimizer_path)
seconds = 5
STEP_GOES = "`step` goes where torch's SGD goes"
ZERO_GRAD = "`zero_grad`, and it alone, clears the gradients"
PARAMETER_WITHOUT = "a parameter without a gradient stays"
PARAMETERS_STAY = "the parameters stay leaves that require gradients"
requirements = {
    STEP_GOES: 1.5,
    ZERO_GRAD: 0.5,
    PARAMETER_WITHOUT: 0.5,
    PARAMETERS_STAY: 0.5,
}
parts = {
    "path": STEP_GOES,
    "cleared": ZERO_GRAD,
    "kept": ZERO_GRAD,
    "leaves": PARAMETERS_STAY,
}
forbidden = forbid(
    "optim",
    "SGD",
    "Adam",
    "AdamW",
    rule="Closed here: `torch.optim`, as a parent class too.",
    why="Write the update yourself; torch's own comes next.",
)


def inputs(draw):
    yield [torch.tensor([1.0, -2.0])], 0.1, 3, None
    yield [draw.normal(3, 2), draw.normal(3)], draw.number(0.05, 0.2), 5, None
    yield [draw.normal(2), draw.normal(), draw.normal(2, 2)], draw.number(0.005, 0.02), 8, None
    yield case(
        [torch.tensor([0.5, 1.5]), torch.tensor([3.0])], 0.2, 3, 1, requirement=PARAMETER_WITHOUT
    )
    yield case(
        [torch.tensor([0.5, 1.5]), torch.tensor([3.0])], 0.2, 3, 0, requirement=PARAMETER_WITHOUT
    )
    yield case(
        [draw.normal(2), draw.normal(2)],
        draw.number(0.05, 0.2),
        3,
        draw.integer(0, 2),
        requirement=PARAMETER_WITHOUT,
    )


reference = torch.optim.SGD


class _MinimizerByCopy:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr

    @torch.no_grad()
    def step(self):
        for p in filter(lambda p: p.grad is not None, self.params):
            p.copy_(p - self.lr * p.grad)

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad = p.grad * 0


class _StepBase:
    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = list(parameters), learning_rate

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is not None:
                    self.change(p)

    def change(self, p):
        p -= self.learning_rate * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None


class _WithSign(_StepBase):
    def change(self, p):
        p -= self.learning_rate * p.grad.sign()


class _Normalised(_StepBase):
    def change(self, p):
        p -= self.learning_rate * p.grad / p.grad.norm()


class _Averaged(_StepBase):
    def change(self, p):
        p -= self.learning_rate * p.grad.mean()


class _OnlyFirst(_StepBase):
    def step(self):
        first = self.parameters[0]
        if first.grad is not None:
            with torch.no_grad():
                self.change(first)


class _Freezes(_StepBase):
    def change(self, p):
        p.requires_grad_(False)
        p -= self.learning_rate * p.grad


class _Replaces(_StepBase):
    def step(self):
        self.parameters = [
            p if p.grad is None else (p - self.learning_rate * p.grad).detach().requires_grad_()
            for p in self.parameters
        ]


mistakes = [
    mistake(_Ascent, "You walk uphill: the step is minus learning rate times gradient."),
    mistake(_FullStep, "The learning rate is missing: the step is learning rate times gradient."),
    mistake(
        _NeverClears,
        "The gradients are still there after `zero_grad()`, so the next ones are added to them. Set "
        "`p.grad = None`.",
    ),
    mistake(
        _ClearsInStep,
        "After your `step()` the gradients are no longer what they were: you clear them, or write into them "
        "(`p.grad *= …`). torch's `step()` only reads them; clearing is the work of `zero_grad()`.",
    ),
    mistake(
        _KeepsGenerator,
        "`model.parameters()` is a generator: it can be walked through once. Keep `list(parameters)`.",
    ),
    mistake(
        _NewNames,
        "`p = p - …` makes a new tensor and leaves the parameter as it was. Change it in place: `p -= …`.",
    ),
    mistake(
        _Recorded,
        "Autograd does not let a leaf be changed in place while it records. Put the update under "
        "`with torch.no_grad():`.",
    ),
    mistake(
        _ExpectsAll,
        "A parameter that took no part in the loss has `p.grad` None. Leave it alone: "
        "`if p.grad is not None:`.",
    ),
    mistake(
        _ZeroesAll,
        "A parameter that took no part in the loss has `p.grad` None, and None has no `zero_()` and the like. Leave "
        "it alone, in `zero_grad` as in `step`: `if p.grad is not None:`.",
    ),
    mistake(
        _StopsAtNone,
        "You stop at the first parameter without a gradient, so those behind it stay where they are. Pass over it "
        "and go on.",
    ),
    mistake(
        _OneListForAll,
        "The list belongs to the class, so all optimizers share it, and each moves the parameters of the others. "
        "Make it in `__init__`: `self.parameters = list(parameters)`.",
    ),
    mistake(
        _ReachesNothing,
        "Neither `step()` nor `zero_grad()` reaches the model's parameters: your list holds copies or new tensors, or "
        "leaves out those that had no gradient yet. Keep the parameters themselves and change them in place.",
    ),
    mistake(
        _OwnRate,
        "Your steps are right for a learning rate of 0.1 only. Use the one that was handed over.",
    ),
    mistake(
        _ShrinkingRate,
        "The first step is right, then your learning rate shrinks. It stays as it was handed over.",
    ),
    mistake(
        _WithMomentum,
        "The first step is right, then old gradients go on pushing: that is momentum. Use the gradient of now alone.",
    ),
    mistake(
        _WithSign,
        "You use the sign of the gradient alone, so each step is as long as the learning rate. Multiply with the "
        "gradient itself.",
    ),
    mistake(
        _Normalised,
        "You divide the gradient by its length. Take it as it is: steep ground makes long steps.",
    ),
    mistake(
        _Averaged,
        "All entries of a parameter go by the mean of its gradient. Each entry goes by its own.",
    ),
    mistake(
        _OnlyFirst,
        "Only the first parameter moves. Go through all of them.",
    ),
]
alternatives = [
    _Descent,
    _ThroughData,
    _WithSub,
    _MinimizerByCopy,
    _OnDetached,
]
also_wrong = [
    _Freezes,
    _Replaces,
]
hints = [
    "`__init__` keeps `list(parameters)` and the learning rate.",
    "`step` goes through the parameters under `with torch.no_grad():` and changes each in place.",
    "In `step`: `if p.grad is not None: p -= self.learning_rate * p.grad`. In `zero_grad`: `p.grad = None`.",
]
