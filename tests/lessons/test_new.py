"""A teacher's own lesson, laid out and listed by command in a course folder outside the project."""

import os
import subprocess
import sys

import pytest

from helpers.lessons.new import HELPERS, Refused, layout, new
from helpers.lessons.places import folders

LESSON = "57_bean_counting"


def command(*arguments, folder):
    """Run `python -m helpers.lessons` in a folder, with this package only installed."""
    environment = os.environ | {"PYTHONPATH": str(HELPERS.parent)}
    return subprocess.run(
        [sys.executable, "-m", "helpers.lessons", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A course folder in which one lesson was laid out by command."""
    root = tmp_path_factory.mktemp("own course")
    done = command("new", LESSON, folder=root)
    assert done.returncode == 0, done.stderr
    return root


def everything(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_lesson_is_laid_out_without_importing_torch(tmp_path):
    program = (
        "import sys; from helpers.lessons.__main__ import main; "
        f"assert main(['new', {LESSON!r}]) == 0; assert 'torch' not in sys.modules"
    )
    environment = os.environ | {"PYTHONPATH": str(HELPERS.parent)}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=environment, check=True)
    assert (tmp_path / "lessons/bean_counting/exercises/moving_mean.py").is_file()


def test_what_is_laid_out_names_the_lesson_and_nothing_else(own):
    files = everything(own)
    assert any(p.suffix == ".csv" for p in files)
    for path, content in files.items():
        assert b"my_topic" not in content, path


def test_what_is_laid_out_is_clean_and_formatted(own):
    for arguments in (["check"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, "."], cwd=own, check=True)


def test_it_is_found_from_the_course_and_listed_with_its_points(own):
    done = command("list", folder=own / "solutions" / LESSON)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{LESSON}: 6 exercises, 13 points, from {own / 'lessons'}" in done.stdout
    assert "moving_mean" in done.stdout
    assert "01_tensors" in done.stdout


def test_a_broken_lesson_and_a_broken_exercise_are_listed_with_the_reason(own, tmp_path):
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn/__init__.py").write_text("import no_such_module")
    (tmp_path / "half/exercises").mkdir(parents=True)
    (tmp_path / "half/__init__.py").write_text(
        "from helpers.checks import Lesson\ncheck = Lesson(__name__, '58_half', ['late'])"
    )
    (tmp_path / "half/exercises/__init__.py").write_text("")
    (tmp_path / "half/exercises/late.py").write_text('"""Late."""\npoints = 1\n')
    (tmp_path / "nbgrader_config.py").write_text("c.Lessons.lesson_folders = ['.']")
    done = command("list", folder=tmp_path)
    assert done.returncode == 1
    assert "no_such_module" in done.stdout
    assert "`kind = FunctionExercise`, or another kind, is missing" in done.stdout


@pytest.mark.parametrize(
    ("lesson", "words"),
    [
        ("bean", "no id of a lesson"),
        ("5_bean", "no id of a lesson"),
        ("57_Bean", "no id of a lesson"),
        ("57_bean-counting", "no id of a lesson"),
        ("57_class", "no id of a lesson"),
        ("57_../bean", "no id of a lesson"),
        ("57_bean" * 9, "no id of a lesson"),
        ("57_tensors", "is taken by helpers.lessons.tensors"),
        ("57_registry", "needs itself"),
        ("57_templates", "needs itself"),
        ("57_kept", "is there already"),
        ("57_own", "is there already"),
    ],
)
def test_a_bad_or_taken_name_is_refused_and_nothing_is_written(tmp_path, lesson, words):
    (tmp_path / "solutions/57_kept").mkdir(parents=True)
    (tmp_path / "lessons/own").mkdir(parents=True)
    (tmp_path / "lessons/own/drivers.py").write_text("mine")
    before = everything(tmp_path)
    with pytest.raises(Refused, match=words):
        new(lesson, start=tmp_path)
    assert everything(tmp_path) == before


def test_a_second_time_is_refused_and_nothing_is_changed(own):
    before = everything(own)
    done = command("new", LESSON, folder=own)
    assert done.returncode == 1
    assert "Nothing was written" in done.stderr
    assert {p: c for p, c in everything(own).items() if "__pycache__" not in p.parts} == {
        p: c for p, c in before.items() if "__pycache__" not in p.parts
    }


def test_settings_that_are_there_are_kept_and_the_missing_line_is_told(tmp_path):
    mine = "c = get_config()\nc.CourseDirectory.source_directory = 'source'\n"
    (tmp_path / "nbgrader_config.py").write_text(mine)
    laid = new("57_bean", folder="extra", start=tmp_path)
    assert (tmp_path / "nbgrader_config.py").read_text() == mine
    assert (tmp_path / "source/57_bean/57_bean.ipynb").is_file()
    assert 'c.Lessons.lesson_folders = ["extra"]' in laid.advice
    assert folders(tmp_path) == []
    (tmp_path / "nbgrader_config.py").write_text(mine + laid.advice.splitlines()[2].strip())
    assert folders(tmp_path) == [tmp_path / "extra"]


def test_in_the_project_a_lesson_goes_among_its_own():
    laid = layout("57_bean", start=HELPERS.parent)
    assert laid.advice == ""
    assert HELPERS / "lessons/bean/__init__.py" in laid.files
    assert HELPERS.parent / "solutions/57_bean/57_bean.ipynb" in laid.files
    assert HELPERS.parent / "nbgrader_config.py" not in laid.files
