"""Marking a class in parallel: the same marks as one at a time, each once, whatever is killed on the way."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from helpers.grading.pages.text import printable
from helpers.grading.report import Outcome, table
from helpers.grading.sandbox.isolation import why_not
from helpers.notebooks import ROOT
from tests.grading.course import LESSON, Course

needs_sandbox = pytest.mark.skipif(bool(why_not()), reason=why_not())
BATCH = ["-m", "helpers.grading", "autograde", LESSON, "--jobs=2", "--log-level=ERROR"]
ALL = {"double": 3.0, "shapes": 2.0, "relu": 1.0, "six_test": 1.0, "why": None}


def test_the_table_shows_what_wants_attention_and_counts_the_rest():
    shown = table(
        [
            Outcome("cleo", True, points=3, possible=9, suspicions=("x", "x")),
            Outcome("ada", True, points=9, possible=9, by_hand=True),
            Outcome("bob", False, remarks=("broken",)),
        ]
    )
    assert shown.splitlines() == [
        "bob  0/0  not marked: broken",
        "cleo  3/9  suspicious: x",
        "2 marked, 1 not marked, 1 wait for a mark by hand, 1 suspicious",
    ]


@pytest.fixture
def course(tmp_path):
    course = Course(tmp_path)
    for n in range(6):
        answers = {"relu": "def relu(x):\n    return -x"} if n % 2 else {}
        course.submit(f"s{n}", course.answered(**answers))
    return course


def expected(n):
    return ALL | ({"relu": 0.0} if n % 2 else {})


def check_all(course):
    for n in range(6):
        assert course.marks(f"s{n}") == expected(n)
        assert "course_marking" in course.autograded(f"s{n}").metadata


def start(course):
    """Start the batch and wait until the first submission is marked."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, *BATCH],
        cwd=course.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    done = course.root / "course/autograded"
    for _ in range(1200):
        if process.poll() is not None or any(map(_is_done, done.glob(f"*/{LESSON}/*.ipynb"))):
            break
        time.sleep(0.05)
    return process


def _is_done(path):
    return "course_marking" in path.read_text()


def children(pid):
    """Return the processes that a process has started, the oldest first."""
    shown = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(p) for p in shown.stdout.split()]


@needs_sandbox
@pytest.mark.grading
def test_killed_in_the_midst_and_run_again_each_is_marked_once(course):
    process = start(course)
    workers = children(process.pid)
    process.kill()
    process.wait()
    time.sleep(2)
    for worker in workers:
        assert not os.path.exists(f"/proc/{worker}/exe") or not os.readlink(f"/proc/{worker}/exe")
    finished = {
        p: p.stat().st_mtime_ns
        for p in (course.root / "course/autograded").glob(f"*/{LESSON}/*.ipynb")
        if _is_done(p)
    }
    half = course.root / "course/autograded/s5" / LESSON
    half.mkdir(parents=True, exist_ok=True)
    course.run(*BATCH)
    check_all(course)
    assert {p: p.stat().st_mtime_ns for p in finished} == finished, "what was done stays"


@needs_sandbox
@pytest.mark.grading
def test_the_batch_survives_its_workers(course):
    process = start(course)
    for child in children(process.pid):
        name = subprocess.run(
            ["ps", "-o", "args=", "-p", str(child)], capture_output=True, text=True
        )
        if "spawn_main" in name.stdout:
            os.kill(child, signal.SIGKILL)
    assert process.wait(timeout=300) == 0
    check_all(course)


@needs_sandbox
@pytest.mark.grading
def test_marks_by_hand_stay_and_what_is_marked_is_not_run_again(course):
    course.submit("torn", "{ no notebook")
    course.run(*BATCH, code=1)
    check_all(course)
    assert course.marks("torn") == dict.fromkeys(ALL, 0.0)
    assert "could not be read" in nbformat.writes(course.autograded("torn"))
    with course.gradebook() as book:
        grade = book.find_grade("why", LESSON, LESSON, "s0")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("why", LESSON, LESSON, "s0").manual_comment = "Well put."
        book.db.commit()
    again = course.run(*BATCH, code=1).stdout
    assert "0 marked" in again, "and what cannot be read is told again"
    assert "could not be read" in again
    course.write(course.answered(), "course/submitted", "torn", LESSON)
    assert "1 marked" in course.run(*BATCH).stdout, "a file that was replaced is marked"
    assert course.marks("torn") == ALL
    assert "1 marked" in course.run(*BATCH, "--force", "--student=s0").stdout
    with course.gradebook() as book:
        assert book.find_grade("why", LESSON, LESSON, "s0").score == 1.5
        assert book.find_comment("why", LESSON, LESSON, "s0").comment == "Well put."


@needs_sandbox
@pytest.mark.grading
def test_notebooks_in_odd_forms_are_marked_as_far_as_they_can_be(tmp_path):
    course = Course(tmp_path)
    reordered = course.answered()
    setup, double, double_check, shapes, shapes_check, *others = reordered.cells
    reordered.cells = [setup, shapes, shapes_check, *others, double, double_check]
    backwards = course.answered()
    backwards.cells = [setup, *backwards.cells[:0:-1]]  # checks before their answers
    plain = json.loads(nbformat.writes(course.answered()))
    without_ids = plain | {
        "nbformat_minor": 2,
        "cells": [{k: v for k, v in cell.items() if k != "id"} for cell in plain["cells"]],
    }
    old = nbformat.v3.writes_json(nbformat.v4.downgrade(course.answered()))
    handed_in = {
        "reordered": reordered,
        "backwards": backwards,
        "without-ids": json.dumps(without_ids),
        "old": old,
        "too-new": json.dumps(plain | {"nbformat": 99}),
        "a-list": "[1, 2]",
        "renamed": course.answered(),
    }
    for student, notebook in handed_in.items():
        folder = course.submit(student, notebook)
    (folder / f"{LESSON}.ipynb").rename(folder / "mine.ipynb")
    shown = course.run(*BATCH, code=1).stdout
    for student in ("reordered", "without-ids", "old", "renamed"):
        assert course.marks(student) == ALL
    assert course.marks("backwards") == dict.fromkeys(ALL, 0.0) | {"why": None}
    for student in ("too-new", "a-list"):
        assert course.marks(student) == dict.fromkeys(ALL, 0.0)
    assert shown.count("could not be read") == 2
    assert f"the notebook {LESSON} was handed in as mine.ipynb" in shown
    assert "7 marked, 0 not marked" in shown


@needs_sandbox
@pytest.mark.grading
def test_each_student_has_their_own_files_and_time_and_nobody_elses(tmp_path):
    course = Course(tmp_path)
    with course.gradebook() as book:
        book.update_or_create_assignment(LESSON, duedate="2026-01-01 12:00:00 UTC")
    look = (
        "import os\nprint('SEES', sorted(os.path.join(d, n) for d, _, names in os.walk('.') for n in names))\n"
        "print('OWN', open('helper.txt').read())"
    )
    late = {f"s{n}": n % 2 for n in range(6)}
    for student, hours in late.items():
        notebook = course.answered()
        notebook.cells.insert(1, nbformat.v4.new_code_cell(look, id="look"))
        folder = course.submit(student, notebook)
        (folder / "helper.txt").write_text(f"of {student}")
        (folder / "timestamp.txt").write_text(f"2026-01-01 {12 + hours}:00:00 UTC")
    course.run(*BATCH)
    for student, hours in late.items():
        shown = str(next(c for c in course.autograded(student).cells if c.id == "look").outputs)
        assert "SEES ['./helper.txt', './timestamp.txt']" in shown
        assert f"OWN of {student}" in shown
        with course.gradebook() as book:
            assert book.find_submission(LESSON, student).total_seconds_late == 3600 * hours
    (course.root / "course/submitted/s1" / LESSON / "timestamp.txt").write_text(
        "2026-01-01 15:00:00 UTC"
    )
    assert "1 marked" in course.run(*BATCH).stdout
    with course.gradebook() as book:
        assert book.find_submission(LESSON, "s1").total_seconds_late == 3 * 3600


@needs_sandbox
@pytest.mark.grading
def test_every_folder_has_a_line_that_says_what_became_of_it(tmp_path):
    course = Course(tmp_path)
    plain = nbformat.writes(course.answered())
    for student, name in (("as-text", f"{LESSON}.ipynb.txt"), ("too-deep", f"x/{LESSON}.ipynb")):
        path = course.root / "course/submitted" / student / LESSON / name
        path.parent.mkdir(parents=True)
        path.write_text(plain)
    (course.root / "course/submitted/[br] #?%" / LESSON).mkdir(parents=True)
    pdf = course.root / "course/submitted/.pdf" / LESSON / "answers.pdf"
    pdf.parent.mkdir(parents=True)
    pdf.write_bytes(b"%PDF-1.4")
    shown = course.run(*BATCH, code=1).stdout
    for student in ("as-text", "too-deep"):
        assert course.marks(student) == ALL
        assert f"{student}  6/9  the notebook {LESSON} was handed in as" in shown.replace(
            "7/9", "6/9"
        )
    assert course.marks(".pdf") == course.marks("[br] #?%") == dict.fromkeys(ALL, 0.0)
    assert "what was handed in: answers.pdf" in shown
    assert "[br] #?%" in shown


def test_in_a_folder_without_the_courses_settings_nothing_is_marked(tmp_path):
    course = Course(tmp_path)
    course.submit("ada", course.answered())
    for command in (BATCH, ["-m", "nbgrader", "autograde", LESSON]):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path / "course",
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert done.returncode
        assert str(tmp_path) in done.stderr + done.stdout
        assert not (tmp_path / "course/autograded").exists()


@pytest.mark.parametrize("jobs", ["0", "-3"])
def test_no_jobs_are_refused(tmp_path, jobs):
    course = Course(tmp_path)
    course.submit("ada", course.answered())
    done = course.run("-m", "helpers.grading", "autograde", LESSON, f"--jobs={jobs}", code=1)
    assert "1 or more" in done.stderr


@pytest.mark.parametrize(
    "text", ["\x1b[2Jcleared", "two\nlines", "\u202eturned", "half \ud800", "\x9b31m", "a\u2028b"]
)
def test_a_terminal_obeys_nothing_in_the_table(text):
    line = printable(text)
    assert line.isprintable()
    assert len(line.encode("utf-8").splitlines()) == 1
