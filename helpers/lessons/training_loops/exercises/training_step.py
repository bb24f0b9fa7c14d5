"""Train a model on one batch, and return that batch's loss as a Python number."""

import torch
from torch import nn
from torch.nn import functional as F

from helpers.checks.exercise import FunctionExercise, mistake
from helpers.lessons.training_loops import drivers
from helpers.lessons.training_loops.exercises import _conclusions as conclusions
from helpers.lessons.training_loops.exercises._answers import _step_with_closure
from helpers.lessons.training_loops.exercises._common import (
    CLASSES,
    REGRESSION,
    _drawn_setting,
    _step,
)

kind = FunctionExercise
WEIGHTS_MOVE = "the weights move as they should"
RETURNS_LOSS = "returns the loss as a Python number"
requirements = {WEIGHTS_MOVE: 1, RETURNS_LOSS: 1}
parts = {
    "weights after each step": WEIGHTS_MOVE,
    "left in train mode": WEIGHTS_MOVE,
    "losses": RETURNS_LOSS,
    "losses are Python floats": RETURNS_LOSS,
}
driver = drivers.steps
conclude = conclusions.steps
seconds = 5
rtol = 1e-5


def inputs(draw):
    yield REGRESSION | {"steps": 3}
    yield CLASSES | {"steps": 4}
    yield _drawn_setting(draw, steps=5)
    yield _drawn_setting(draw, steps=2, used=True)


reference = _step


def _no_zero(model, loss_function, optimizer, X, Y):
    loss = loss_function(model(X), Y)
    loss.backward()
    optimizer.step()
    return loss.item()


def _tensor(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    loss.backward()
    optimizer.step()
    return loss


def _loss_afterwards(model, loss_function, optimizer, X, Y):
    _step(model, loss_function, optimizer, X, Y)
    return loss_function(model(X), Y).item()


def _no_step(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    loss.backward()
    return loss.item()


def _always_mse(model, loss_function, optimizer, X, Y):
    Y = F.one_hot(Y, 2).float() if Y.dtype == torch.int64 else Y
    return _step(model, F.mse_loss, optimizer, X, Y)


def _own_optimizer(model, loss_function, optimizer, X, Y):
    return _step(model, loss_function, torch.optim.SGD(model.parameters(), lr=0.1), X, Y)


def _turned(model, loss_function, optimizer, X, Y):
    return _step(model, lambda output, target: loss_function(target, output), optimizer, X, Y)


def _zero_at_the_end(model, loss_function, optimizer, X, Y):
    loss = loss_function(model(X), Y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return float(loss)


def _through_forward(model, loss_function, optimizer, X, Y):
    return _step(model.forward, loss_function, optimizer, X, Y)


def _by_hand(model, loss_function, optimizer, X, Y):
    loss = loss_function(model(X), Y)
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for p, slope in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = slope
    optimizer.step()
    return loss.tolist()


def _two_steps(model, loss_function, optimizer, X, Y):
    _step_with_closure(model, loss_function, optimizer, X, Y)
    return _step_with_closure(model, loss_function, optimizer, X, Y)


def _own_optimizer_too(model, loss_function, optimizer, X, Y):
    return _step_with_closure(
        model, loss_function, torch.optim.SGD(model.parameters(), lr=0.1), X, Y
    )


def _turned_loss(model, loss_function, optimizer, X, Y):
    return _step_with_closure(
        model, lambda output, target: loss_function(target, output), optimizer, X, Y
    )


def _without_a_graph(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    with torch.no_grad():
        loss = loss_function(model(X), Y)
    optimizer.step()
    return loss.item()


def _zero_after_backward(model, loss_function, optimizer, X, Y):
    loss = loss_function(model(X), Y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


def _step_before_backward(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    optimizer.step()
    loss.backward()
    return loss.item()


def _mse_of_its_own(model, loss_function, optimizer, X, Y):
    return _step(model, F.mse_loss, optimizer, X, Y)


def _float_targets(model, loss_function, optimizer, X, Y):
    return _step(model, loss_function, optimizer, X, Y.float())


def _step_twice(model, loss_function, optimizer, X, Y):
    loss = _step(model, loss_function, optimizer, X, Y)
    optimizer.step()
    return loss


def _times_rows(model, loss_function, optimizer, X, Y):
    return _step(model, loss_function, optimizer, X, Y) * len(X)


def _per_row(model, loss_function, optimizer, X, Y):
    return _step(model, loss_function, optimizer, X, Y) / len(X)


def _rate_of_its_own(model, loss_function, optimizer, X, Y):
    return _step(model, loss_function, torch.optim.SGD(model.parameters(), lr=0.01), X, Y)


def _adam_of_its_own(model, loss_function, optimizer, X, Y):
    return _step(model, loss_function, torch.optim.Adam(model.parameters()), X, Y)


def _clipped(model, loss_function, optimizer, X, Y):
    optimizer.zero_grad()
    loss = loss_function(model(X), Y)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def _in_eval_mode(model, loss_function, optimizer, X, Y):
    return _step(model.eval(), loss_function, optimizer, X, Y)


def _rounded(model, loss_function, optimizer, X, Y):
    return round(_step(model, loss_function, optimizer, X, Y), 4)


def _with_enabled_graph(model, loss_function, optimizer, X, Y):
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None
    with torch.enable_grad():
        loss = loss_function(model(X), Y)
    loss.backward()
    value = float(loss.detach())
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    return value


mistakes = [
    mistake(
        _no_zero,
        "The gradients of all batches so far add up. Clear them in each step: `optimizer.zero_grad()`.",
    ),
    mistake(
        _zero_at_the_end,
        "What stood in `.grad` before the call still counts: you clear it behind the step, and the first backward "
        "pass adds to it. The first of the five moves is `optimizer.zero_grad()`.",
    ),
    mistake(
        _tensor,
        "The loss is returned as a tensor. It keeps its graph alive; `.item()` takes the number out.",
    ),
    mistake(
        _loss_afterwards,
        "That is the loss after the step, at the price of a second forward pass. Return the one that "
        "you called `backward` on.",
    ),
    mistake(
        _no_step,
        "The weights never move. `optimizer.step()` has to come after `backward()` has filled the "
        "gradients, and before `zero_grad()` clears them.",
    ),
    mistake(
        _always_mse,
        "You use a loss of your own choice. The caller hands one over: `loss_function(output, target)`.",
    ),
    mistake(
        _own_optimizer,
        "You make an optimizer of your own in each step. The caller hands one over, with its learning "
        "rate and its memory: use that.",
    ),
    mistake(
        _turned,
        "The loss wants the output first, then the target: `loss_function(model(X), Y)`.",
    ),
    mistake(
        _mse_of_its_own,
        "You take a squared error whatever the caller hands over, and class numbers do not go with it. Use the "
        "`loss_function` that comes in.",
    ),
    mistake(
        _step_twice,
        "The weights go two steps by one gradient. One batch, one `optimizer.step()`.",
    ),
    mistake(
        _times_rows,
        "You return the loss times the number of rows. The batch's loss is what `loss_function` gives.",
    ),
    mistake(
        _per_row,
        "You divide the loss by the number of rows, but it is a mean over them already. Return it as it is.",
    ),
    mistake(
        _rate_of_its_own,
        "Each step is 0.01 times the gradient, whatever the caller's optimizer does. Its rate, its momentum and its "
        "rule are its own business: call its `step()`.",
    ),
    mistake(
        _adam_of_its_own,
        "You step with an Adam of your own, new for each batch. The caller hands an optimizer over: use that.",
    ),
    mistake(
        _clipped,
        "You cut the gradients down to length 1 before the step. Nobody asked for that: five moves, no more.",
    ),
    mistake(
        _through_forward,
        "You call `model.forward(X)`, which leaves out what has been hooked to the model. Call the model itself.",
    ),
    mistake(
        _in_eval_mode,
        "Your step puts the model into eval mode, and dropout and batch normalisation no longer train. In which mode "
        "it is, is not for the step to say.",
    ),
    mistake(
        _rounded, "The loss is rounded to four digits. Return the number as `.item()` gives it."
    ),
    mistake(
        _float_targets,
        "You turn the targets into floats, and cross-entropy wants class numbers, int64. Hand `Y` on as it comes.",
    ),
]
alternatives = [
    _by_hand,
    _step_with_closure,
    _with_enabled_graph,
]
also_wrong = [
    _two_steps,
    _own_optimizer_too,
    _turned_loss,
    _without_a_graph,
    _zero_after_backward,
    _step_before_backward,
]
hints = [
    "Five lines, in the order zero, forward, loss, backward, step; then a return.",
    "The loss wants the output first, then the target: `loss_function(model(X), Y)`.",
    "`optimizer.zero_grad()`, then the loss, `loss.backward()`, `optimizer.step()`, `return loss.item()`.",
]
