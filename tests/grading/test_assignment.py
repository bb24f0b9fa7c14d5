"""nbgrader's own command releases a lesson whole or not at all, and nothing that could not be marked."""

import functools
import json
import os
import shutil
import sys

import nbformat
import nbgrader.api
import pytest
from jupyter_core.application import NoStart
from nbconvert.writers import FilesWriter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, GenerateAssignmentApp
from nbgrader.apps.dbapp import DbStudentAddApp
from nbgrader.preprocessors import SaveCells

from helpers.grading import assignment
from helpers.grading.checkcells import lessons_bound
from helpers.grading.marking import find_checks
from helpers.grading.restore import strip
from tests.grading.course import LESSON, LESSONS, SETTINGS, cell, find, trial_lesson

pytestmark = pytest.mark.usefixtures("trial")


class Folder:
    """A course folder with this project's settings, in which nbgrader's commands run in this process."""

    def __init__(self, root, monkeypatch):
        self.root, self._monkeypatch = root, monkeypatch
        (root / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
        shutil.copytree(LESSONS, root / "lessons", ignore=shutil.ignore_patterns("__pycache__"))

    def write(self, notebook, name=LESSON, folder=LESSON):
        """Write a source notebook."""
        place = self.root / "solutions" / folder
        place.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, place / f"{name}.ipynb")

    def nbgrader(self, command, *arguments, inside="."):
        """Run a command; return whether it ended well."""
        self._monkeypatch.chdir(self.root / inside)
        path = list(sys.path)
        app = command()
        try:
            app.initialize(list(arguments))
            app.start()
        except SystemExit as end:
            return not end.code
        except NoStart:
            pass
        finally:
            sys.path[:] = path
            app.reset()
        return True

    def release(self, *options, inside="."):
        """Run `nbgrader generate_assignment`; return whether it ended well."""
        return self.nbgrader(GenerateAssignmentApp, LESSON, *options, inside=inside)

    def released(self):
        """Return all files of the learner editions, by path."""
        editions = self.root / "notebooks"
        files = (p for p in sorted(editions.rglob("*")) if p.is_file())
        return {str(p.relative_to(editions)): p.read_bytes() for p in files}

    def gradebook(self):
        """Open the gradebook."""
        return Gradebook(f"sqlite:///{self.root}/course/gradebook.db")


@pytest.fixture(autouse=True)
def _one_look_at_the_database_version(monkeypatch):
    """nbgrader starts a program of its own for each new gradebook to learn what does not change."""
    monkeypatch.setattr(nbgrader.api, "get_alembic_version", _version)


@functools.cache
def _version(real=nbgrader.api.get_alembic_version):
    return real()


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A fresh copy with the source of one lesson."""
    folder = Folder(tmp_path, monkeypatch)
    folder.write(trial_lesson())
    (tmp_path / f"solutions/{LESSON}/table.csv").write_text("a,b\n")
    return folder


def test_a_fresh_copy_needs_no_folder_to_be_made_first(course):
    assert course.release()
    assert set(course.released()) == {f"{LESSON}/{LESSON}.ipynb", f"{LESSON}/table.csv"}
    assert "BEGIN SOLUTION" not in str(course.released())
    with course.gradebook() as book:
        names = {c.name for c in book.find_notebook(LESSON, LESSON).grade_cells}
    assert names == {"double_check", "shapes_check", "relu_check", "six_test", "why"}


def test_commands_typed_in_the_folder_of_submissions_are_still_refused(course):
    course.release()
    assert not course.nbgrader(AutogradeApp, LESSON, inside="course")


def test_nothing_is_released_again_without_force(course):
    course.release()
    first = course.released()
    course.write(new_notebook())
    assert course.release()
    assert course.released() == first
    assert course.release("--force")
    assert course.released() != first


def test_it_works_from_another_folder_that_is_told_where_the_course_is(course):
    assert not course.release(inside="solutions")
    assert course.released() == {}
    assert course.release("--course-dir=..", inside="solutions")
    assert course.released()
    assert course.nbgrader(DbStudentAddApp, "ada", "--course-dir=..", inside="notebooks")
    assert not list(course.root.glob("[!c]*/**/gradebook.db"))


def with_check(source, points=3.0, setup=None):
    """Return the lesson with another check cell for `double`."""
    notebook = trial_lesson()
    find(notebook, "double_check").source = source
    find(notebook, "double_check").metadata.nbgrader.points = points
    if setup:
        notebook.cells[0].source = setup
    return notebook


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


def submit(course):
    """Enter a submission."""
    with course.gradebook() as book:
        book.add_student("ada")
        book.add_submission(LESSON, "ada")


def changed(**change):
    notebook = trial_lesson()
    if "more" in change:
        notebook.cells.append(cell(new_code_cell, change["more"], "assert 1", grade=True, points=1))
    notebook.cells = [c for c in notebook.cells if c.id != change.get("less")]
    return notebook


@pytest.mark.parametrize(
    ("notebook", "words"),
    [
        (changed(less="six_test"), ["six_test would be removed"]),
        (changed(more="seven"), ["seven would be added"]),
        (changed(more="seven", less="why"), ["seven would be added", "why would be removed"]),
    ],
)
def test_cells_that_marks_belong_to_stay_and_so_does_the_edition(course, notebook, words, capfd):
    course.release()
    submit(course)
    before = course.released()
    course.write(notebook)
    capfd.readouterr()
    assert not course.release("--force")
    said = capfd.readouterr().err
    for word in (*words, "nbgrader db assignment remove"):
        assert word in said
    assert course.released() == before


def test_notebooks_that_marks_belong_to_stay_and_so_does_the_edition(course, capfd):
    course.release()
    submit(course)
    before = course.released()
    course.write(new_notebook(), "second")
    assert not course.release("--force")
    assert "second would be added" in capfd.readouterr().err
    assert course.released() == before


def test_a_text_may_be_mended_when_there_are_marks(course):
    course.release()
    submit(course)
    notebook = trial_lesson()
    notebook.cells.append(new_markdown_cell("One more word."))
    course.write(notebook)
    assert course.release("--force")
    assert b"One more word." in course.released()[f"{LESSON}/{LESSON}.ipynb"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize(
    ("owner", "step"),
    [(FilesWriter, "write"), (SaveCells, "preprocess"), (assignment, "_exchange")],
)
def test_whatever_fails_on_the_way_the_old_edition_stays(course, owner, step, error, monkeypatch):
    course.release()
    before = course.released()
    course.write(new_notebook(cells=[new_markdown_cell("New.")]))
    done = []

    def fails(*_, **__):
        done.append(step)
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(owner, step, fails)
        if isinstance(error, OSError):
            assert not course.release("--force")
        else:
            with pytest.raises(KeyboardInterrupt):
                course.release("--force")
    assert done
    assert course.released() == before
    assert course.release("--force")
    assert course.released() != before


def test_a_folder_that_cannot_be_put_into_place_leaves_the_old_one_there(tmp_path):
    place = tmp_path / "lesson"
    place.mkdir()
    (place / "x").write_text("old")
    with pytest.raises(FileNotFoundError):
        assignment._exchange(tmp_path / "nowhere", place, tmp_path / "old")
    assert (place / "x").read_text() == "old"


def test_what_a_killed_command_had_moved_aside_comes_back(course):
    course.release()
    before = course.released()
    stage = course.root / "notebooks" / f"{assignment._STAGE}{2**22 + 1}-abc"
    (stage / "new").mkdir(parents=True)
    (stage / "old").mkdir()
    (course.root / "notebooks" / LESSON).rename(stage / "old" / LESSON)
    assert course.release()  # there it is again, and kept
    assert course.released() == before


def test_what_a_running_command_has_begun_is_left_alone(course):
    stage = course.root / "notebooks" / f"{assignment._STAGE}{os.getppid()}-abc/new"
    stage.mkdir(parents=True)
    assert course.release()
    assert stage.exists()


def test_one_fault_in_one_of_two_notebooks_releases_neither(course):
    course.write(new_notebook(cells=[new_markdown_cell("a")]), "a_first")
    course.release()
    before = course.released()
    course.write(new_notebook(cells=[new_markdown_cell("changed")]), "a_first")
    course.write(with_check("check.dubble()"))
    assert not course.release("--force")
    assert course.released() == before


def test_one_notebook_of_two_can_be_released_anew(course):
    course.write(new_notebook(cells=[new_markdown_cell("a")]), "a_first")
    course.release()
    before = course.released()
    course.write(new_notebook(cells=[new_markdown_cell("changed")]), "a_first")
    assert course.release("--force", "--notebook=a_first")
    after = course.released()
    assert {p for p in before if before[p] != after[p]} == {f"{LESSON}/a_first.ipynb"}
    assert set(before) == set(after)


def test_a_gradebook_that_cannot_be_used_is_told_before_anything_is_lost(course, capfd):
    course.release()
    before = course.released()
    (course.root / "course/gradebook.db").write_text("no database" * 1000)
    assert not course.release("--force")
    assert "cannot be used" in capfd.readouterr().err
    assert course.released() == before


def test_a_file_that_is_no_notebook_is_told_before_anything_is_lost(course, capfd):
    course.release()
    before = course.released()
    (course.root / f"solutions/{LESSON}/{LESSON}.ipynb").write_text("{")
    assert not course.release("--force")
    assert f"{LESSON}.ipynb: cannot be released" in capfd.readouterr().err
    assert course.released() == before


@pytest.mark.parametrize("name", ["two words", "ümläut's", "q?x=1#y%20z"])
def test_a_course_may_lie_in_a_folder_of_any_name(tmp_path, monkeypatch, name):
    root = tmp_path / name
    root.mkdir()
    folder = Folder(root, monkeypatch)
    folder.write(trial_lesson())
    assert folder.release()
    assert (root / "course/gradebook.db").stat().st_size > 0
    assert json.loads(folder.released()[f"{LESSON}/{LESSON}.ipynb"])["cells"]
