"""nbgrader's own command releases a lesson, from a fresh copy and from any folder."""

import json

import pytest
from nbformat.v4 import new_notebook
from nbgrader.apps import AutogradeApp
from nbgrader.apps.dbapp import DbStudentAddApp

from tests.grading.assignment.folder import Folder
from tests.grading.course import LESSON, trial_lesson

pytestmark = pytest.mark.usefixtures("trial")


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


@pytest.mark.parametrize("name", ["two words", "ümläut's", "q?x=1#y%20z"])
def test_a_course_may_lie_in_a_folder_of_any_name(tmp_path, monkeypatch, name):
    root = tmp_path / name
    root.mkdir()
    folder = Folder(root, monkeypatch)
    folder.write(trial_lesson())
    assert folder.release()
    assert (root / "course/gradebook.db").stat().st_size > 0
    assert json.loads(folder.released()[f"{LESSON}/{LESSON}.ipynb"])["cells"]
