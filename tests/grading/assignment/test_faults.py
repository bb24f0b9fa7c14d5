"""What could not be marked is refused by name, and what can be is not."""

import pytest
from nbformat.v4 import new_markdown_cell

from helpers.grading import assignment
from helpers.grading.checkcells import lessons_bound
from helpers.grading.marking import find_checks
from helpers.grading.restore import strip
from tests.grading.assignment.folder import with_check
from tests.grading.course import LESSON, cell, find, trial_lesson

pytestmark = pytest.mark.usefixtures("trial")


def with_twins():
    notebook = trial_lesson()
    notebook.cells.append(cell(new_markdown_cell, "why", "Again.", locked=True))
    return notebook


USUAL = "from helpers.lessons import lesson\n"
FAULTY = {
    "an exercise that is none": (
        with_check("check.dubble()"),
        ["'double_check'", "'dubble'", "did you mean check.double()?"],
    ),
    "no Python": (with_check("check.double("), ["'double_check'", "is no plain Python"]),
    "a magic": (with_check("%time check.double()"), ["'double_check'", "is no plain Python"]),
    "two checks": (
        with_check("check.double()\ncheck.relu()"),
        ["'double_check'", "double and relu", "a cell and points of its own"],
    ),
    "an answer that is no name": (
        with_check("check.double(lambda x: 2 * x)"),
        ["'double_check'", "under a name"],
    ),
    "more than a check": (
        with_check("check.double()\nassert double(2) == 4"),
        ["'double_check'", "leave check.EXERCISE() alone"],
    ),
    "its points in an assert": (
        with_check("assert check.double().points == 3"),
        ["'double_check'", "leave check.EXERCISE() alone"],
    ),
    "other points": (
        with_check("check.double()", points=2.0),
        ["'double_check'", "2.0 points", "double 3"],
    ),
    "no lesson": (
        with_check("check.double()", setup=USUAL + "check = lesson('01_tensor')"),
        ["cell 1", "01_tensor", "did you mean '01_tensors'"],
    ),
    "no lesson's package": (
        with_check("check.double()", setup="from helpers.lessons.trail import check"),
        ["cell 1", "helpers.lessons.trail", "did you mean 'helpers.lessons.trial'"],
    ),
    "a check under a second name": (
        with_check("quick()", setup=USUAL + "check = lesson('90_trial')\nquick = check.double"),
        ["'double_check'", "quick", "does not follow"],
    ),
    "an imported check under a second name": (
        with_check(
            "quick()", setup="from helpers.lessons.trial import check\nquick = check.double"
        ),
        ["'double_check'", "quick", "does not follow"],
    ),
    "a check in a function": (
        with_check(
            "run()",
            setup=USUAL + "check = lesson('90_trial')\ndef run():\n    return check.double()",
        ),
        ["'double_check'", "run", "does not follow"],
    ),
    "a lesson without a name": (
        with_check(
            "lesson('90_trial').double()", setup=USUAL + "from helpers.lessons.trial import check"
        ),
        ["'double_check'", "lesson", "does not follow"],
    ),
    "two cells of one name": (with_twins(), ["'why'", "cells 10 and 11", "another id"]),
    "a stub that replaces nothing": (
        with_check("### BEGIN STUB\n# x = 1\n### END STUB"),
        ["SOLUTION region"],
    ),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_cannot_be_marked_is_refused_by_name_and_the_old_edition_stays(course, fault, capfd):
    course.release()
    before = course.released()
    notebook, words = FAULTY[fault]
    course.write(notebook)
    capfd.readouterr()
    assert not course.release("--force")
    said = capfd.readouterr().err
    assert course.released() == before
    for word in (f"{LESSON}.ipynb", *words):
        assert word in said


def test_all_faults_are_told_at_once(course, capfd):
    notebook = with_check("check.dubble()")
    find(notebook, "relu_check").metadata.nbgrader.points = 7
    course.write(notebook)
    assert not course.release()
    said = capfd.readouterr().err
    assert "'double_check'" in said
    assert "'relu_check'" in said
    assert course.released() == {}


@pytest.mark.parametrize(
    "setup",
    [
        USUAL + "checks = lesson('90_trial')",
        "from helpers.lessons.trial import check as checks",
        "from helpers.lessons.trial import check, drivers\nchecks = 3\n"
        "from helpers.lessons.trial import check as checks",
        USUAL + "checks = lesson('helpers.lessons.trial')",
        "from helpers.lessons import lesson as l\nchecks: object = l('90_trial')",
        "import helpers.lessons\nchecks = helpers.lessons.lesson('90_trial')",
        "from helpers import lessons as c\nif (checks := c.lesson('90_trial')):\n    pass",
        "%matplotlib inline\n" + USUAL + "checks = other = lesson('90_trial')",
    ],
)
def test_checks_may_have_another_name_and_the_file_too(setup):
    notebook = trial_lesson()
    notebook.cells[0].source = setup
    for one in notebook.cells:
        one.source = one.source.replace("check.", "checks.")
    assert assignment.faults_of_checks(notebook, "anything") == []
    found = find_checks(notebook, "anything")
    assert [c.exercise.name for c in found.values()] == ["double", "shapes", "relu"]


def test_where_no_lesson_is_asked_for_the_file_says_it():
    notebook = trial_lesson()
    notebook.cells[0].source = "check = make()"
    assert lessons_bound(notebook.cells) == {}
    assert len(find_checks(notebook, LESSON)) == 3
    assert find_checks(notebook, "something_else") == {}


@pytest.mark.parametrize(
    "written",
    [
        "",
        "check = None",
        "checks = lesson('90_trial')\ncheck = 5",
        "from helpers.lessons import lesson\ncheck = lesson('00_small')",
        "from helpers.lessons.tensors import check",
        "from mine import check",
        "def lesson(x):\n    return 1\ncheck = lesson('01_tensors')",
    ],
)
def test_what_a_student_makes_of_the_name_changes_no_check(written):
    source, handed_in = trial_lesson(), trial_lesson()
    handed_in.cells[0].source = written
    strip(handed_in, source.cells)
    found = find_checks(handed_in, "handed_in_as_this")
    assert [c.exercise.name for c in found.values()] == ["double", "shapes", "relu"]


def test_another_courses_notebook_may_call_its_own_things_check_and_lesson(course):
    notebook = trial_lesson()
    notebook.cells[0].source = "def lesson(name):\n    return dict\ncheck = lesson('12_of_ours')"
    find(notebook, "double_check").source = "check.anything(1)\nassert True"
    course.write(notebook, "ps1", LESSON)
    (course.root / f"solutions/{LESSON}/{LESSON}.ipynb").unlink()
    assert course.release()
