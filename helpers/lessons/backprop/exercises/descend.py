"""Walk downhill from `start` and return the list of all places visited, the start among them."""

import itertools
import math

import torch

from helpers.checks.exercise import FunctionExercise, case, mistake, recipe
from helpers.lessons.backprop import drivers

kind = FunctionExercise
RIGHT_ON = "right on other curves and settings"
requirements = {"right on a parabola": 1, RIGHT_ON: 1}


def inputs(draw):
    yield recipe(drivers.slope_of_parabola, steepness=1.5, lowest=2.0), 5.0, 0.1, 4
    yield case(recipe(drivers.slope_of_waves, depth=0.4), -2.0, 0.25, 6, requirement=RIGHT_ON)
    flat = recipe(drivers.slope_of_parabola, steepness=0.5, lowest=2.0)
    yield case(flat, 2.0, 0.1, 3, requirement=RIGHT_ON)
    yield case(
        recipe(drivers.slope_of_parabola, steepness=0.7, lowest=-1.0),
        3.0,
        0.2,
        0,
        requirement=RIGHT_ON,
    )
    yield case(
        recipe(drivers.slope_of_waves, depth=draw.number(0.2, 0.6)),
        draw.number(1.0, 3.0),
        draw.number(0.05, 0.2),
        draw.integer(5, 15),
        requirement=RIGHT_ON,
    )
    steepness, lowest = draw.number(0.5, 1.5), draw.number(-2.0, 2.0)
    parabola = recipe(drivers.slope_of_parabola, steepness=steepness, lowest=lowest)
    yield parabola, draw.number(3.0, 6.0), draw.number(0.05, 0.2), draw.integer(3, 8)


def reference(slope, start, learning_rate, steps):
    places = [start]
    for _ in range(steps):
        places.append(places[-1] - learning_rate * slope(places[-1]))
    return places


def _uphill(slope, start, learning_rate, steps):
    places = [start]
    for _ in range(steps):
        places.append(places[-1] + learning_rate * slope(places[-1]))
    return places


def _stale(slope, start, learning_rate, steps):
    return [start - k * learning_rate * slope(start) for k in range(steps + 1)]


def _without_start(slope, start, learning_rate, steps):
    return reference(slope, start, learning_rate, steps)[1:]


def _only_the_last(slope, start, learning_rate, steps):
    return reference(slope, start, learning_rate, steps)[-1]


def _without_slope(slope, start, learning_rate, steps):
    def sign(w):
        return math.copysign(1, slope(w)) if slope(w) else 0

    return reference(sign, start, learning_rate, steps)


def _one_short(slope, start, learning_rate, steps):
    return reference(slope, start, learning_rate, max(steps - 1, 0))


def _with_while(slope, start, learning_rate, steps):
    w, path = start, []
    while len(path) < steps:
        path.append(w)
        w = w - slope(w) * learning_rate
    return [*path, w]


def _by_recursion(slope, start, learning_rate, steps):
    if steps == 0:
        return [start]
    after = start - learning_rate * slope(start)
    return [start, *reference(slope, after, learning_rate, steps - 1)]


def _descend_by_accumulate(slope, start, learning_rate, steps):
    walk = itertools.accumulate(
        range(steps), lambda w, _: w - learning_rate * slope(w), initial=start
    )
    return list(walk)


def _descend_with_tensors(slope, start, learning_rate, steps):
    places = [float(start)]
    for _ in range(steps):
        places += [torch.tensor(places[-1], dtype=torch.float64).item()]
        places[-1] -= learning_rate * slope(places[-1])
    return places


def _ends_on_flat_ground(slope, start, rate, steps):
    places = [start]
    while len(places) <= steps and slope(places[-1]):
        places.append(places[-1] - rate * slope(places[-1]))
    return places


def _stops_when_flat(slope, start, learning_rate, steps):
    places = [start]
    for _ in range(steps):
        step = learning_rate * slope(places[-1])
        if abs(step) < 0.1:
            break
        places.append(places[-1] - step)
    return places


def _written_before_the_step(slope, start, learning_rate, steps):
    return reference(slope, start, learning_rate, steps)[:-1]


def _slope_of_the_example(slope, start, learning_rate, steps):
    return reference(lambda w: 2 * w, start, learning_rate, steps)


def _one_too_many(slope, start, learning_rate, steps):
    return reference(slope, start, learning_rate, steps + 1)


def _at_least_one_step(slope, start, learning_rate, steps):
    return reference(slope, start, learning_rate, max(steps, 1))


def _rounded_on_the_way(slope, start, learning_rate, steps):
    return reference(lambda w: w - round(w - learning_rate * slope(w), 2), start, 1.0, steps)


def _full_steps(slope, start, learning_rate, steps):
    return reference(slope, start, 1.0, steps)


def _steps_alone(slope, start, learning_rate, steps):
    places = reference(slope, start, learning_rate, steps)
    return [start, *(after - before for before, after in itertools.pairwise(places))]


def _halved_rate(slope, start, learning_rate, steps):
    places = [start]
    for k in range(steps):
        places.append(places[-1] - learning_rate / 2**k * slope(places[-1]))
    return places


def _by_index(slope, start, learning_rate, steps):
    places = [start] * (steps + 1)
    for k in range(1, steps + 1):
        places[k] = places[k - 1] - learning_rate * slope(places[k - 1])
    return places


def _by_generator(slope, start, learning_rate, steps):
    def walk(w):
        yield w
        for _ in range(steps):
            w -= learning_rate * slope(w)
            yield w

    return list(walk(start))


def _shrinking_rate(slope, start, learning_rate, steps):
    places = [start]
    for k in range(steps):
        places.append(places[-1] - learning_rate / (k + 1) * slope(places[-1]))
    return places


def _rounded(slope, start, learning_rate, steps):
    return [round(p, 2) for p in _descend_by_accumulate(slope, start, learning_rate, steps)]


mistakes = [
    mistake(_uphill, "You walk uphill. The slope points to where the curve rises: subtract it."),
    mistake(_stale, "You keep the slope of the start. Ask `slope` again at each new place."),
    mistake(_without_start, "The list begins with `start` itself, before any step."),
    mistake(_only_the_last, "Return every place that was visited, as a list, not only the last."),
    mistake(
        _without_slope,
        "Each of your steps is as long as the learning rate. Multiply it with the slope: steep "
        "places make long steps.",
    ),
    mistake(
        _one_short,
        "One step is missing: `steps` steps visit `steps + 1` places, the start among them.",
    ),
    mistake(
        _written_before_the_step,
        "The last place is missing: you write each place down before the step, and nobody writes down where the last "
        "step leads. The list has `steps + 1` places.",
    ),
    mistake(
        _one_too_many,
        "One step too many: `steps` steps visit `steps + 1` places, the start among them.",
    ),
    mistake(
        _at_least_one_step,
        "With `steps = 0` you take a step all the same. Ask whether there is one to take before you take it.",
    ),
    mistake(
        _ends_on_flat_ground,
        "You stop where the ground is flat, so the list is too short. Take all `steps` steps; on flat ground they stay "
        "where they are.",
    ),
    mistake(
        _slope_of_the_example,
        "Your steps use 2w, the slope of the example, on every curve. Ask `slope`, the function that is handed over.",
    ),
    mistake(
        _rounded_on_the_way,
        "You round each place to two decimals and walk on from there. Round nothing: small steps are lost.",
    ),
    mistake(
        _rounded,
        "Your places are rounded to two decimals. Return them as they are.",
    ),
    mistake(
        _halved_rate,
        "The first step is right, then your learning rate halves each time. It stays as it was handed over.",
    ),
    mistake(
        _full_steps,
        "The learning rate is missing: a step is learning rate times slope.",
    ),
    mistake(
        _steps_alone,
        "You write down the steps. Asked for are the places to which they lead.",
    ),
]
alternatives = [
    _with_while,
    _by_recursion,
    _descend_by_accumulate,
    _descend_with_tensors,
    _by_index,
    _by_generator,
]
also_wrong = [
    _stops_when_flat,
    _shrinking_rate,
    lambda slope, start, rate, steps: [start] * (steps + 1),
    lambda slope, start, rate, steps: list(range(steps + 1)),
]
hints = [
    "Begin with `places = [start]`; each step adds one place.",
    "The newest place is `places[-1]`, and the slope there is `slope(places[-1])`.",
    "One step: `w = w - learning_rate * slope(w)`.",
]
