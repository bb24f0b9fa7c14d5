"""A lesson's checks as a notebook sees them, with its exercises and without."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.checks import DeclarationError, Lesson
from helpers.notebooks import ROOT
from tests.checks import small
from tests.checks.small import check


def test_a_lesson_has_its_exercises_in_order_and_by_name():
    assert [c.name for c in check][:2] == ["scale", "square"]
    assert set(dir(check)) == {c.name for c in check}
    assert len(check) == len(dir(check)) == 9
    assert check.scale.exercise.id == "00_small/scale"
    assert repr(check.answer) == "check.answer(): Say what six times seven is."
    assert "<progress" in check._repr_html_()


def test_an_unknown_exercise_is_named_with_the_nearest():
    with pytest.raises(AttributeError, match=r"00_small has no exercise 'scal'.*check\.scale\(\)"):
        check.scal()
    assert not hasattr(check, "_repr_mimebundle_")


def test_a_name_that_stands_twice_is_refused():
    with pytest.raises(DeclarationError, match="'b' stands twice"):
        Lesson("my_topic", "16_my_topic", ["a", "b", "b"])


def test_nothing_is_imported_before_a_check_is_called():
    code = """
import sys
from helpers.lessons.tensors import check
print(check.is_sealed, "standardize" in dir(check), [m for m in sys.modules if ".exercises" in m])
"""
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert shown == "False True []\n"


SEALED = """
import sys
from sealed_small import check
assert check.is_sealed
scale = lambda x: x
for verdict in (check.scale(), check.scale(scale), check.answer(42, hidden=True)):
    assert (verdict.state, verdict.points, verdict.possible) == ("recorded", 0.0, 0.0), verdict
    assert (repr(verdict), verdict.passed) == ("0.0", False)
    assert "its own cell" in str(verdict) and "its own cell" in verdict._repr_html_()
assert "scale" in dir(check) and len(check) == 9
assert repr(check.scale) == "check.scale()"
assert check.progress.rows == () and "00_small: 0 of 0" in repr(check)
assert not any("exercises" in name for name in sys.modules), "an exercise was imported"
try:
    check.scal
except AttributeError as error:
    assert "check.scale()" in str(error)
else:
    raise AssertionError
print("sealed")
"""


def test_a_lesson_without_its_exercises_gives_verdicts_that_count_nothing(tmp_path):
    """The package as it travels to students' code: nothing is judged, and nothing raises."""
    source = Path(small.__file__).parent
    shutil.copytree(
        source, tmp_path / "sealed_small", ignore=shutil.ignore_patterns("exercises", "__pycache__")
    )
    done = subprocess.run(
        [sys.executable, "-c", SEALED],
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "COURSE_PROGRESS": str(tmp_path / "progress")},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "sealed\n", done.stderr
    assert not (tmp_path / "progress").exists()


def test_a_lesson_whose_package_is_nowhere_is_sealed():
    assert Lesson("no_such_package", "16_my_topic", ["a"]).a(1).state == "recorded"
