"""A lesson is released whole or not at all, and no marks lose what they belong to."""

import os

import pytest
from nbconvert.writers import FilesWriter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.preprocessors import SaveCells

from helpers.grading import assignment
from tests.grading.assignment.folder import with_check
from tests.grading.course import LESSON, cell, trial_lesson

pytestmark = pytest.mark.usefixtures("trial")


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
