"""Lesson 01: what answers are told, beside what the proofs of its declarations show."""

import functools
import itertools
import string
import threading

import numpy as np
import pytest
import scipy.spatial
import torch
from sklearn.metrics import euclidean_distances

from helpers.checks.judge import judge
from helpers.checks.probe import probe
from helpers.lessons.tensors import check as CHECKS

SEEDS = (1, 2)


def verdicts(name, answer):
    exercise = getattr(CHECKS, name).exercise
    for seed in SEEDS:
        task = exercise.task(seed)
        yield judge(exercise, task, probe(task.plan, answer))


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


def pairs(answers):
    return [
        pytest.param(n, a, id=f"{n}-{i}") for n, many in answers.items() for i, a in enumerate(many)
    ]


@pytest.mark.parametrize(("name", "answer"), pairs(NOT_ALLOWED))
def test_the_right_numbers_by_a_way_that_is_closed_lose_points(name, answer):
    for verdict in verdicts(name, answer):
        assert verdict.points < verdict.possible, str(verdict)
        assert "Your program uses" in verdict.message


def test_a_loop_over_the_rows_is_a_closed_way_and_earns_nothing():
    for verdict in verdicts(
        "pairwise_distances", lambda x: torch.stack([(x - row).norm(dim=1) for row in x])
    ):
        assert verdict.points == 0
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
