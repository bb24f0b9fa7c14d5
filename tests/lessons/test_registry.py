"""Which lessons are found, where, and what is said of a name that is none."""

import pytest

from helpers.grading.release import make_course_folder
from helpers.lessons import folders, lesson
from helpers.lessons.places import course


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("77_nothing", "no checks for '77_nothing'"),
        ("02_tensors", "did you mean '01_tensors'"),
        ("helpers.lessons.tensor", "did you mean 'helpers.lessons.tensors'"),
        ("os.path", "no checks for 'os.path'"),
    ],
)
def test_an_unknown_lesson_is_named_with_the_nearest(name, words):
    with pytest.raises(LookupError, match=words):
        lesson(name)


def test_a_lesson_is_known_by_its_id_and_by_its_package():
    assert lesson("01_tensors") is lesson("helpers.lessons.tensors")


def test_a_courses_lessons_are_found_from_a_marked_notebooks_folder_too(tmp_path):
    """In course/ lies a file of settings that only refuses nbgrader's commands."""
    (tmp_path / "lessons").mkdir()
    (tmp_path / "nbgrader_config.py").write_text("c.Lessons.lesson_folders = ['lessons']\n")
    make_course_folder(tmp_path)
    marked = tmp_path / "course/autograded/ada/90_trial"
    marked.mkdir(parents=True)
    assert (tmp_path / "course/nbgrader_config.py").exists()
    assert folders(marked) == [tmp_path / "lessons"]
    assert course(marked).root == tmp_path


def test_settings_that_cannot_be_read_name_no_folder(tmp_path):
    (tmp_path / "lessons").mkdir()
    for text in ("c.Lessons.lesson_folders = [", "c.Lessons.lesson_folders = find()", "\0"):
        (tmp_path / "nbgrader_config.py").write_text(text)
        assert folders(tmp_path) == []
