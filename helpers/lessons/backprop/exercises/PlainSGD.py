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
        with torch.no_grad():
            self.change(self.parameters[0])


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
        "Your `step()` clears the gradients too. torch's leaves them: clearing is the work of `zero_grad()`.",
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
]
alternatives = [
    _Descent,
    _ThroughData,
    _WithSub,
    _MinimizerByCopy,
]
also_wrong = [
    _StopsAtNone,
    _OneListForAll,
    _WithSign,
    _Normalised,
    _Averaged,
    _OnlyFirst,
    _Freezes,
    _Replaces,
]
hints = [
    "`__init__` keeps `list(parameters)` and the learning rate.",
    "`step` goes through the parameters under `with torch.no_grad():` and changes each in place.",
    "In `step`: `if p.grad is not None: p -= self.learning_rate * p.grad`. In `zero_grad`: `p.grad = None`.",
]
