"""Lesson 06: the loop as one call, and the explorations over the range of their controls."""

import itertools

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from helpers.lessons.training_loops import demos

EXPLORATIONS = [demos.patience, demos.rates, demos.momentum]


def ends(control):
    """The values that a control can have, or its ends."""
    if hasattr(control, "options"):
        return [option[1] if isinstance(option, tuple) else option for option in control.options]
    return [control.min, control.value, control.max]


@pytest.mark.parametrize("make", EXPLORATIONS, ids=lambda f: f.__name__)
def test_every_corner_of_the_controls_gives_a_picture(make):
    exploration = make()
    corners = itertools.product(*([e[0], e[-1]] for e in map(ends, exploration.controls.values())))
    for corner in corners:
        picture = exploration.picture(**dict(zip(exploration.controls, corner, strict=True)))
        assert picture.data.startswith(b"\x89PNG")
    assert plt.get_fignums() == []


@pytest.mark.parametrize("make", EXPLORATIONS, ids=lambda f: f.__name__)
def test_every_control_changes_the_picture(make):
    exploration = make()
    first = exploration.picture().data
    for name, control in exploration.controls.items():
        other = next(v for v in reversed(ends(control)) if v != control.value)
        assert exploration.picture(**{name: other}).data != first, name


def small_task():
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(10, 3, generator=generator)
    data = TensorDataset(X, X.sum(dim=1, keepdim=True))
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    return model, data, torch.optim.SGD(model.parameters(), lr=0.1)


def test_the_history_holds_the_mean_loss_per_sample_of_unequal_batches():
    model, data, _ = small_task()
    still = torch.optim.SGD(model.parameters(), lr=0.0)
    loader = DataLoader(data, batch_size=4)
    history = demos.run(model, loader, loader, nn.MSELoss(), still, epochs=2)
    whole = nn.functional.mse_loss(model(data.tensors[0]), data.tensors[1]).item()
    assert history.train == pytest.approx([whole, whole])
    assert history.validation == pytest.approx([whole, whole])


def test_the_loop_trains_as_torch_does_by_hand():
    model, data, optimizer = small_task()
    loader = DataLoader(data, batch_size=4)
    demos.run(model, loader, loader, nn.MSELoss(), optimizer, epochs=3)
    other, _, other_optimizer = small_task()
    for _ in range(3):
        for X, y in loader:
            other_optimizer.zero_grad()
            nn.functional.mse_loss(other(X), y).backward()
            other_optimizer.step()
    assert torch.equal(model.weight, other.weight)


def test_training_happens_in_train_mode_and_measuring_in_eval_mode():
    model, data, optimizer = small_task()
    modes = []
    model.register_forward_hook(lambda m, *_: modes.append((m.training, torch.is_grad_enabled())))
    loader = DataLoader(data, batch_size=10)
    demos.run(model, loader, loader, nn.MSELoss(), optimizer, epochs=2)
    assert modes == [(True, True), (False, False)] * 2


def test_after_epoch_can_end_the_training():
    model, data, optimizer = small_task()
    loader = DataLoader(data, batch_size=10)
    history = demos.run(
        model, loader, loader, nn.MSELoss(), optimizer, 9, after_epoch=lambda epoch, _: epoch == 2
    )
    assert len(history.train) == len(history.validation) == 2


def test_the_same_settings_give_the_same_run_and_leave_the_random_state():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    first = demos.digit_run(0.1, epochs=2, dropout=0.5)
    demos.digit_run.cache_clear()
    assert demos.digit_run(0.1, epochs=2, dropout=0.5) == first
    assert torch.equal(torch.get_rng_state(), before)


def test_the_five_runs_show_what_the_exercise_says_of_them():
    runs = demos.five_runs()
    slow, by_heart, wild, good, small = (runs[name] for name in "ABCDE")
    assert slow.train[0] > slow.train[-1] > 2.0
    assert by_heart.train[-1] < 0.05
    assert by_heart.validation[-1] > 1.1 * min(by_heart.validation)
    assert min(wild.train) > 0.5
    assert sum(a < b for a, b in itertools.pairwise(wild.train)) >= 5
    assert good.validation[-1] < 0.25
    assert small.train[-1] > 1.4
    assert abs(small.train[-1] - small.train[-5]) < 0.05


def test_in_the_bumpy_valley_momentum_gets_to_a_deepest_hollow_and_plain_descent_does_not():
    deepest = demos.bumpy(torch.linspace(-3, 3, 3001)).min()
    assert demos.bumpy(demos.roll(0.05, 0.9)[-1]) < deepest + 0.05
    assert demos.bumpy(demos.roll(0.05, 0.0)[-1]) > deepest + 1


def test_roll_moves_as_the_formula_in_the_lesson_says():
    places = demos.roll(0.02, 0.9, steps=5)
    w, v = torch.tensor(-2.7, dtype=torch.float64), 0.0
    for place in places[1:]:
        slope = w / 2 - 1.2 * torch.sin(6 * w)
        v = 0.9 * v + slope
        w = w - 0.02 * v
        assert place.item() == pytest.approx(w.item(), abs=1e-4)
