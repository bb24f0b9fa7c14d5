"""Lesson 01: wrong answers that a learner might write, unusual right ones, and what each is told."""

import functools
import itertools
import string
import threading

import numpy as np
import pytest
import scipy.spatial
import torch
from sklearn.metrics import euclidean_distances
from torch.nn import functional as F

from helpers.checks.judge import judge
from helpers.checks.probe import probe
from helpers.lessons.tensors import check as CHECKS

SEEDS = (1, 2)


def verdicts(name, answer):
    exercise = getattr(CHECKS, name).exercise
    for seed in SEEDS:
        plan = exercise.plan(seed)
        yield judge(exercise, plan, probe(plan, answer))


def crop_that_rounds_up(images, size):
    top, left = (n - (n - size) // 2 - size for n in images.shape[1:])
    return images[:, top : top + size, left : left + size]


def fill_at_the_smallest(readings):
    smallest = readings == readings.min()
    return torch.where(smallest, readings[~smallest].mean(), readings)


def amounts_by_row(images, amounts):
    return (images.int() + amounts[None, :, None]).clamp(0, 255).to(torch.uint8)


WRONG = {
    "to_unit_range": [
        lambda x: (x.float() - 127.5) / 127.5,
        lambda x: (x.float() - x.min()) / (x.max() - x.min()),
        lambda x: x.float().div(255).round(),
        lambda x: x.half() / 255,
        lambda x: (x / 255).tolist(),
    ],
    "correct_daily": [
        lambda r, c: (r + c).T,
        lambda r, c: r.T + c,
        lambda r, c: r + c.sort().values[:, None],
        lambda r, c: r + c[:, None].int(),
        lambda r, c: r + c if r.shape[0] == r.shape[1] else r + c[:, None],
    ],
    "centre_crop": [
        crop_that_rounds_up,
        lambda x, s: x[:, -s:, -s:],
        lambda x, s: x[:, (x.shape[1] - s) // 2 : (x.shape[1] - s) // 2 + s],
        lambda x, s: F.interpolate(x[None], (s, s))[0],
        lambda x, s: x.flatten()[: len(x) * s * s].reshape(-1, s, s),
    ],
    "fill_missing": [
        fill_at_the_smallest,
        lambda r: torch.where(r == -999, r[r != -999].median(), r),
        lambda r: torch.where(r == -999, r[r > -999].abs().mean(), r),
        lambda r: torch.where(r == -999, r[r > -999].sum() / r.numel(), r),
        lambda r: torch.where(r == -999, torch.tensor(9.0), r),
    ],
    "stack_photos": [
        lambda p: torch.stack(p, dim=1),
        lambda p: torch.stack(p).permute(0, 3, 1, 2).float(),
        lambda p: torch.stack(p).flip(3).permute(0, 3, 1, 2),
        lambda p: p[0].permute(2, 0, 1)[None],
        lambda p: [q.permute(2, 0, 1) for q in p],
    ],
    "meal_costs": [
        lambda a, p: a @ p.reshape(p.shape[1], p.shape[0]),
        lambda a, p: (a[:, None] * p).mean(-1),
        lambda a, p: a.sum(1)[:, None] * p.sum(1),
        lambda a, p: a.T @ p.T,
        lambda a, p: torch.diag(a @ p.T) if len(a) == len(p) else a,
    ],
    "fibonacci": [
        lambda n: int(((1 + 5**0.5) / 2) ** n / 5**0.5 + 0.5),
        lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0, 1].float().item(),
        lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]).int(), n)[0, 1].item(),
        lambda n: torch.matrix_power(torch.tensor([[1, 1], [1, 0]]).double(), n)[0, 1].item(),
        lambda n: sum(torch.matrix_power(torch.tensor([[1, 1], [1, 0]]), n)[0]).item(),
    ],
    "standardize": [
        lambda x: (x - x.median(0).values) / x.std(0),
        lambda x: (x - x.mean(0)) / x.std(),
        lambda x: (x - x.mean()) / x.std(0),
        lambda x: F.normalize(x - x.mean(0), dim=0),
        lambda x: x.sub_(x.mean(0)).div_(x.std(0)),
    ],
    "similarities": [
        lambda q, k: F.softmax(q @ k.mT, -1),
        lambda q, k: F.cosine_similarity(q[:, :, None], k[:, None], dim=-1),
        lambda q, k: q @ k.mT / q.shape[-1] ** 0.5,
        lambda q, k: torch.einsum("bid,cjd->bij", q, k),
        lambda q, k: (q[0] @ k[0].T)[None],
    ],
    "brighten": [
        amounts_by_row,
        lambda i, a: (i.int() + a[:, None, None]).clamp(max=255).to(torch.uint8),
        lambda i, a: (i.int() + a[:, None, None]).clamp(0, 256).to(torch.uint8),
        lambda i, a: (i + a[:, None, None]).clamp(0, 255).float(),
        lambda i, a: i.clamp(0, 255) + a[:, None, None],
    ],
    "pairwise_distances": [
        lambda x: torch.stack([(x - row).norm(dim=1) for row in x]),
        lambda x: torch.cdist(x, x),
        lambda x: torch.tril((x[:, None] - x).norm(dim=-1)),
        lambda x: (x[:, None] - x).square().sum(-1).add(1e-3).sqrt(),
        lambda x: (x[:, None] - x).abs().amax(-1),
    ],
    "nearest_other": [
        lambda d: d.clone().fill_diagonal_(10.0).argmin(1),
        lambda d: d.clone().fill_diagonal_(1e9).argmin(1, keepdim=True),
        lambda d: d.clone().fill_diagonal_(1e9).argmin(1) + 1,
        lambda d: d[~torch.eye(len(d), dtype=torch.bool)].view(len(d), -1).argmin(1),
        lambda d: d.masked_fill(d < 1e-6, 1e9).argmin(1),
    ],
}

RIGHT = {
    "to_unit_range": [lambda x: x.float().div_(255), lambda x: (x.double() / 255).float()],
    "correct_daily": [lambda r, c: r.add(c.expand(r.shape[1], -1).T)],
    "fill_missing": [lambda r: r + (r == -999) * (r[r != -999].mean() + 999)],
    "stack_photos": [
        lambda p: torch.stack([torch.stack([q[..., c] for c in range(3)]) for q in p]),
        lambda p: torch.einsum("nhwc->nchw", torch.stack(p)),
    ],
    "meal_costs": [F.linear, lambda a, p: torch.tensordot(a, p, dims=([1], [1]))],
    "standardize": [lambda x: torch.stack([(c - c.mean()) / c.std() for c in x.T], 1)],
    "similarities": [lambda q, k: torch.einsum("...id,...jd", q, k)],
    "brighten": [
        lambda i, a: torch.stack(
            [(p.short() + n).clamp(0, 255) for p, n in zip(i, a.tolist(), strict=True)]
        ).byte(),
    ],
    "pairwise_distances": [
        lambda x: (x[:, :, None] - x.T[None]).square().sum(1).sqrt(),
        lambda x: (
            (x.repeat(len(x), 1) - x.repeat_interleave(len(x), 0)).norm(dim=1).view(len(x), -1)
        ),
    ],
    "nearest_other": [
        lambda d: (-d.clone().fill_diagonal_(1e9)).argmax(1),
        lambda d: d.masked_fill(torch.eye(len(d)).bool(), torch.inf).argmin(1),
    ],
}


def out_of_sight(x):
    found = string.Formatter().get_field("0.cd" + "ist", (torch,), {})[0]
    said = []
    how = {"compute_mode": "donot_use_mm_for_euclid_dist"}
    thread = threading.Thread(target=lambda: said.append(found(x, x, **how)))
    thread.start()
    thread.join()
    return said[0]


def one_pair_at_a_time(x):
    rows = x.double().numpy()
    apart = np.frompyfunc(lambda i, j: float(np.linalg.norm(rows[i] - rows[j])), 2, 1)
    numbers = np.arange(len(rows))
    return torch.tensor(apart(numbers[:, None], numbers).astype("float32"))


NOT_ALLOWED = {
    "fibonacci": [
        lambda n: functools.reduce(lambda p, _: (p[1], sum(p)), range(n), (0, 1))[0],
        lambda n: list(itertools.accumulate(range(n), lambda p, _: (p[1], sum(p)), initial=(0, 1)))[
            -1
        ][0],
    ],
    "nearest_other": [
        lambda d: torch.tensor(
            np.apply_along_axis(lambda r: np.argsort(r)[1], 1, d.numpy() + np.eye(len(d)) * -1)
        ),
    ],
    "pairwise_distances": [
        lambda x: torch.tensor(scipy.spatial.distance_matrix(x.double(), x.double())).float(),
        lambda x: torch.tensor(euclidean_distances(x.double().numpy())).float(),
        one_pair_at_a_time,
        out_of_sight,
    ],
}
RIGHT["pairwise_distances"].append(
    lambda x: torch.tensor(np.sqrt(np.add.reduce((x[:, None] - x).numpy() ** 2, axis=2)))
)


def pairs(answers):
    return [
        pytest.param(n, a, id=f"{n}-{i}") for n, many in answers.items() for i, a in enumerate(many)
    ]


@pytest.mark.parametrize(("name", "answer"), pairs(WRONG))
def test_a_wrong_answer_loses_points(name, answer):
    for verdict in verdicts(name, answer):
        assert verdict.points < verdict.possible, str(verdict)


@pytest.mark.parametrize(("name", "answer"), pairs(NOT_ALLOWED))
def test_the_right_numbers_by_a_way_that_is_closed_lose_points(name, answer):
    for verdict in verdicts(name, answer):
        assert verdict.points < verdict.possible, str(verdict)
        assert "Your program uses" in verdict.message


@pytest.mark.parametrize(("name", "answer"), pairs(RIGHT))
def test_an_unusual_right_answer_reaches_all_points(name, answer):
    for verdict in verdicts(name, answer):
        assert verdict.passed, str(verdict)


def test_a_loop_over_the_rows_costs_one_point_only():
    for verdict in verdicts("pairwise_distances", WRONG["pairwise_distances"][0]):
        assert verdict.points == 2
        assert "`for`" in verdict.message


def test_an_answer_that_is_wrong_everywhere_earns_nothing():
    for verdict in verdicts("pairwise_distances", lambda x: x):
        assert verdict.points == 0


def test_the_expanded_square_is_told_why_it_is_inexact():
    def expanded(x):
        squares = (x * x).sum(1)
        return (squares[:, None] + squares - 2 * x @ x.T).clamp(min=0).sqrt()

    for verdict in verdicts("pairwise_distances", expanded):
        assert verdict.points == 2
        assert "7 digits" in verdict.mistake


def test_one_wrong_guess_among_right_ones_is_told_its_own_sentence():
    guesses = CHECKS.shape_guesses.exercise.reference | {"(2, 5) + (2,)": (2, 5)}
    for verdict in verdicts("shape_guesses", guesses):
        assert verdict.points == 1.5
        assert "lined up from the right" in verdict.mistake


def test_guessed_shapes_may_be_lists_or_torch_sizes():
    right = CHECKS.shape_guesses.exercise.reference
    for kind in (list, torch.Size):
        guesses = {k: v if isinstance(v, str) else kind(v) for k, v in right.items()}
        assert all(verdict.passed for verdict in verdicts("shape_guesses", guesses))


def test_a_shape_for_an_error_is_not_told_which_kind_of_answer_is_right():
    right = CHECKS.shape_guesses.exercise.reference
    for code, answer in right.items():
        other = (7, 8, 9) if answer == "error" else "error"
        for verdict in verdicts("shape_guesses", right | {code: other}):
            assert verdict.points == 1.5
            assert verdict.message == f"{code}: This is not right yet."


def test_a_shape_in_quotes_is_told_how_to_write_it():
    guesses = CHECKS.shape_guesses.exercise.reference | {"(2, 5) + (5,)": "(2, 5)"}
    for verdict in verdicts("shape_guesses", guesses):
        assert verdict.points == 1.5
        assert "without quotes" in verdict.message


def test_a_dtype_beside_the_choices_is_told_what_can_be_chosen():
    for odd in ("torch.float32", "boolean", torch.float32):
        guesses = CHECKS.dtype_guesses.exercise.reference | {"torch.tensor([3, 4.5])": odd}
        for verdict in verdicts("dtype_guesses", guesses):
            assert verdict.points == 1.5
            assert 'none of the choices: "int64", "float32"' in verdict.message
