"""One command at a time changes the marks of an assignment; a gradebook that cannot be used is told in words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from helpers.grading.alone import alone
from helpers.grading.shelf import Shelf
from tests.grading.course import LESSON, Course

HOLD = """
import sys
from pathlib import Path
from nbgrader.coursedir import CourseDirectory
from helpers.grading.alone import alone
with alone(CourseDirectory(root=sys.argv[1], db_url=sys.argv[2], assignment_id=sys.argv[3])):
    print("held", flush=True)
    sys.stdin.read()
"""


def directory(root, assignment):
    return CourseDirectory(
        root=str(root), db_url=f"sqlite:///{root}/gradebook.db", assignment_id=assignment
    )


@pytest.fixture
def holder(tmp_path):
    """A process that has an assignment for itself."""
    url = f"sqlite:///{tmp_path}/gradebook.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), url, LESSON],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_process_is_refused_and_told_who_is_at_it(tmp_path, holder):
    with pytest.raises(NbGraderException) as refused, alone(directory(tmp_path, LESSON)):
        pass
    assert f"{LESSON} is being marked already, by process {holder.pid}" in str(refused.value)


def test_another_assignment_is_free(tmp_path, holder):
    with alone(directory(tmp_path, "91_other")):
        pass


def test_a_process_that_was_killed_holds_nothing(tmp_path, holder):
    holder.kill()
    holder.wait()
    with alone(directory(tmp_path, LESSON)):
        pass


def test_it_can_be_had_again_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), alone(directory(tmp_path, LESSON)):
        raise ZeroDivisionError
    with alone(directory(tmp_path, LESSON)):
        pass


def test_the_commands_leave_the_marks_to_the_one_that_came_first(tmp_path):
    course = Course(tmp_path)
    course.submit("ada", course.answered())
    held = CourseDirectory(root=str(tmp_path), db_url=course.db_url, assignment_id=LESSON)
    with alone(held):
        for command in (["autograde", LESSON, "--force"], ["rejudge", LESSON, "--apply"]):
            done = course.run("-m", "helpers.grading", *command, code=1)
            assert "is being marked already, by process" in done.stderr, command
            assert "Traceback" not in done.stderr
    assert not (tmp_path / "course/autograded/ada").exists()


def test_a_gradebook_that_cannot_be_read_is_told_in_words(tmp_path):
    course = Course(tmp_path)
    course.submit("ada", course.answered())
    (tmp_path / "course/gradebook.db").write_bytes(b"no database" * 1000)
    done = course.run("-m", "helpers.grading", "autograde", LESSON, code=1)
    assert "cannot be used: file is not a database" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_disk_that_is_full_costs_the_words_and_nothing_else(tmp_path):
    beside = Shelf.of(directory(tmp_path, LESSON)).folder.parent.parent
    with alone(directory(tmp_path, LESSON)):
        lock = beside / f".marking-{LESSON}.lock"
        assert lock.read_text() == f"process {os.getpid()}"
    lock.unlink()
    lock.symlink_to("/dev/full")
    done = []
    with alone(directory(tmp_path, LESSON)):
        done.append("marked")
    assert done == ["marked"]
