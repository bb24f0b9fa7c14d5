"""Workers as on a cluster: started by Dask's own commands, in another folder, with no right answer at hand."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from distributed import Client

from helpers.grading.sandbox.isolation import why_not
from helpers.notebooks import ROOT
from tests.grading.course import LESSON, LESSONS, Course

DASK = str(Path(sys.executable).parent / "dask")
pytestmark = [
    pytest.mark.grading,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]


@contextmanager
def running(folder, *command):
    """Run a command of Dask in a folder whose `helpers` is the one to import."""
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [DASK, *command],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder), "COURSE_LESSONS": str(folder / "lessons")},
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def address(tmp_path):
    """Start a scheduler and two workers; return the scheduler's address."""
    folder = tmp_path / "elsewhere"
    no_answers = shutil.ignore_patterns("__pycache__", "exercises")
    shutil.copytree(ROOT / "helpers", folder / "helpers", ignore=no_answers)
    shutil.copytree(LESSONS, folder / "lessons", ignore=no_answers)
    file = folder / "scheduler.json"
    with ExitStack() as stack:
        ports = ["--host=127.0.0.1", "--port=0", "--dashboard-address=127.0.0.1:0"]
        stack.enter_context(running(folder, "scheduler", f"--scheduler-file={file}", *ports))
        for _ in range(2):
            worker = ["--nthreads=1", "--no-dashboard", f"--local-directory={folder}"]
            stack.enter_context(running(folder, "worker", f"--scheduler-file={file}", *worker))
        until = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.1)
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(2, timeout=60)
            where = client.run(lambda: __import__("helpers").__file__)
            assert set(where.values()) == {str(folder / "helpers/__init__.py")}
            yield client.scheduler.address


def test_workers_that_hold_no_answers_mark_a_course(tmp_path, address):
    (tmp_path / "course").mkdir()
    course = Course(tmp_path / "course")
    course.submit("ada", course.answered())
    course.submit("bob", course.answered(double="def double(x):\n    return x * x"))
    batch = ["-m", "helpers.grading", "autograde", LESSON, "--jobs=2", "--log-level=ERROR"]
    assert "2 marked" in course.run(*batch, f"--scheduler={address}").stdout
    rest = {"shapes": 2.0, "relu": 1.0, "six_test": 1.0, "why": None}
    assert course.marks("ada") == rest | {"double": 3.0}
    assert course.marks("bob") == rest | {"double": 1.0}
