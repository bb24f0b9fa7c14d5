"""How fast a class is marked, and with how much memory, on this machine. It measures and asserts nothing.

python -m tests.grading.bench              # 24 submissions of each lesson, beside 2 with nbgrader alone
python -m tests.grading.bench speed 12 1 01_tensors 07_transfer_learning
python -m tests.grading.bench profile      # where the time of one submission goes, for each lesson
python -m tests.grading.bench class 500    # 500 submissions of a small lesson: time, memory, computing time

Submissions are honest ones: solved, with another seventh of the answers left blank in each.
"""

import copy
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import is_solution

from helpers.grading import marking, needs, worker
from helpers.grading.client import SubmissionClient
from helpers.grading.executed import COURSES_OWN, TimeLimits
from helpers.grading.release import nbgrader, release
from helpers.grading.restore import strip
from helpers.notebooks import ROOT, lesson_ids, path
from tests.grading.course import LESSON, Course

STOCK = "c.Autograde.clear()\nc.NotebookExporter.clear()\n"
AUTOGRADE = ("-m", "helpers.grading", "autograde")
BLANK = 7  # of as many answers one is left blank
_STUB = re.compile(r"^[ \t]*### BEGIN STUB.*?^[ \t]*### END STUB[^\n]*\n?", re.M | re.S)
_MARKS = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[^\n]*\n?", re.M)


def honest(lesson: str, released: NotebookNode, number: int) -> NotebookNode:
    """Return a submission: the learner edition with the answers of the solution, but a seventh of them."""
    solved = {cell.id: cell for cell in nbformat.read(path(lesson), as_version=4).cells}
    notebook = copy.deepcopy(released)
    answers = [c for c in notebook.cells if c.cell_type == "code" and is_solution(c)]
    for place, cell in enumerate(answers):
        if place % BLANK != number % BLANK:
            cell.source = _MARKS.sub("", _STUB.sub("", solved[cell.id].source)).rstrip("\n")
    return notebook


def course(root: Path, lesson: str, students: int, stock: bool) -> None:
    """Make a course with honest submissions of a lesson; `stock`: marked by nbgrader's own preprocessors."""
    shutil.copytree(ROOT / "solutions" / lesson, root / "solutions" / lesson)
    settings = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(settings + STOCK * stock)
    release([lesson], root)
    released = nbformat.read(root / f"notebooks/{lesson}/{lesson}.ipynb", as_version=4)
    for n in range(students):
        folder = root / f"course/submitted/s{n:04d}" / lesson
        folder.mkdir(parents=True)
        nbformat.write(honest(lesson, released, n), folder / f"{lesson}.ipynb")


def marks(root: Path, lesson: str) -> dict[str, dict[str, float | None]]:
    """Return each student's points by cell."""
    with Gradebook(f"sqlite:///{root}/course/gradebook.db") as book:
        return {
            s.student.id: {g.name: g.auto_score for n in s.notebooks for g in n.grades}
            for s in book.assignment_submissions(lesson)
        }


def speed(many: str = "24", few: str = "2", *lessons: str) -> None:
    """Mark `many` submissions of each lesson with this command and `few` with nbgrader alone."""
    print(
        f"{many} submissions, {few} with nbgrader alone; {os.cpu_count()} jobs, starting included"
    )
    print(f"{'lesson':24}{'nbgrader':>10}{'here':>8}{'ratio':>8}  same points for every cell")
    total = [0.0, 0.0]
    for lesson in lessons or lesson_ids():
        stock, expected = _time(lesson, int(few), stock=True)
        ours, found = _time(lesson, int(many), stock=False)
        same = all(found[student] == points for student, points in expected.items())
        _row(lesson, stock, ours, "yes" if same else "no")
        for number, seconds in enumerate((stock, ours)):
            total[number] += seconds
    _row("all together", *total, "")


def _row(name: str, stock: float, ours: float, words: str) -> None:
    print(f"{name:24}{stock:8.2f} s{ours:6.2f} s{stock / ours:8.1f}  {words}", flush=True)


def _time(lesson: str, students: int, stock: bool) -> tuple[float, dict]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        course(root, lesson, students, stock)
        start = time.perf_counter()
        if stock:
            nbgrader("autograde", lesson, "--log-level=ERROR", root=root)
        else:
            command = [sys.executable, *AUTOGRADE, lesson, "--log-level=ERROR"]
            with open(os.devnull, "w") as nowhere:
                subprocess.run(command, cwd=root, check=True, stdout=nowhere, stderr=nowhere)
        return (time.perf_counter() - start) / students, marks(root, lesson)


def profile(*lessons: str) -> None:
    """Print where the seconds of one solved submission go, for each lesson.

    start: from the forked kernel to its first cell, and its end. course, student, checks: the cells that run.
    judging: in the process that marks. marking: all seconds that this process computes for one more submission,
    judging, files and gradebook included. in full: the run with every cell of the course.
    """
    columns = ["start", "course", "student", "checks", "judging", "marking"]
    print(f"{'lesson':24}" + "".join(f"{name:>10}" for name in [*columns, "in full"]))
    for lesson in lessons or lesson_ids():
        _run(lesson, trimmed=True)  # what is warm then stays so for a whole class
        spent, every = _run(lesson, trimmed=True), _run(lesson, trimmed=False)
        worker.close()
        spent["marking"] = (_marking(lesson, 1 + BLANK) - _marking(lesson, 1)) / BLANK
        whole = sum(every[name] for name in columns if name in every) - every["judging"]
        values = [*(spent[name] for name in columns), whole]
        print(f"{lesson:24}" + "".join(f"{value:8.2f} s" for value in values), flush=True)


def _run(lesson: str, trimmed: bool) -> dict[str, float]:
    notebook = nbformat.read(path(lesson), as_version=4)
    strip(notebook, notebook.cells)
    checks = marking.find_checks(notebook, lesson)
    probes = {index: checked.probe for index, checked in checks.items()}
    names = {index: checked.name for index, checked in checks.items()}
    skip = needs.skippable(notebook.cells, names) if trimmed else frozenset()
    with _watched(probes) as spent, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        time_limits = TimeLimits()
        done = worker.run_here(notebook, probes, Path(folder), True, time_limits, skip)
        ran = time.perf_counter()
        spent["start"] = ran - start - sum(spent.values())
        marking.judge_checks(done, checks)
        spent["judging"] = time.perf_counter() - ran
    return spent


@contextmanager
def _watched(probes: dict) -> Iterator[dict[str, float]]:
    """Take the time of each cell by its kind."""
    spent = {"course": 0.0, "student": 0.0, "checks": 0.0}
    take = SubmissionClient._take

    async def timed(self, index: int, cell: NotebookNode, *more: Any) -> None:
        start = time.perf_counter()
        await take(self, index, cell, *more)
        own = cell.metadata.get(COURSES_OWN)
        kind = "checks" if index in probes else "course" if own else "student"
        spent[kind] += time.perf_counter() - start

    SubmissionClient._take = timed
    try:
        yield spent
    finally:
        SubmissionClient._take = take


def _marking(lesson: str, students: int) -> float:
    """Return the seconds that the process which marks computes itself for a class."""
    with tempfile.TemporaryDirectory() as folder:
        course(Path(folder), lesson, students, stock=False)
        process = psutil.Popen(
            [sys.executable, *AUTOGRADE, lesson, "--jobs=1", "--log-level=ERROR"],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        computed = 0.0
        while process.poll() is None:
            with suppress(psutil.Error):
                used = process.cpu_times()
                computed = max(computed, used.user + used.system)
            time.sleep(0.05)
        return computed


def class_(number: str = "500") -> None:
    """Mark a class that hands in a small lesson; print time and memory after each tenth of it."""
    students = int(number)
    with tempfile.TemporaryDirectory() as folder:
        small = Course(Path(folder))
        for n in range(students):
            small.submit(f"s{n:04d}", small.answered())
        before, start = _computed(), time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *AUTOGRADE, LESSON, "--log-level=ERROR"],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": folder},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        print("submissions  seconds  coordinator  largest worker with its kernels")
        largest, coordinator, next_line = 0.0, 0.0, students // 10
        while process.poll() is None:
            time.sleep(0.5)
            largest = max(largest, *_workers(process.pid), 0.0)
            coordinator = _megabytes(process.pid) or coordinator
            done = len(list(Path(folder).glob("course/autograded/*/*/*.ipynb")))
            if done >= next_line:
                seconds = time.perf_counter() - start
                print(
                    f"{done:11}  {seconds:7.1f}  {coordinator:8.0f} MB  {largest:8.0f} MB",
                    flush=True,
                )
                largest, next_line = 0.0, next_line + students // 10
        seconds, computed = time.perf_counter() - start, _computed() - before
        print(
            f"{seconds / students:.2f} s, and {computed / students:.2f} s of one core, a submission"
        )
        with small.gradebook() as book:
            print("marked:", len(book.assignment_submissions(LESSON)))


def _computed() -> float:
    """Return the seconds that all processes which have ended below this one have computed."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _workers(coordinator: int) -> list[float]:
    """Return for each worker the megabytes that it holds with all processes below it."""
    try:
        children = psutil.Process(coordinator).children()
        return [
            sum(_megabytes(p.pid) for p in (child, *child.children(recursive=True)))
            for child in children
        ]
    except psutil.NoSuchProcess:
        return []


def _megabytes(pid: int) -> float:
    """Return a process's memory, of what it shares its share; where that is not to be seen, all of it."""
    try:
        process = psutil.Process(pid)
        try:
            return process.memory_full_info().pss / 1e6
        except psutil.AccessDenied:
            return process.memory_info().rss / 1e6
    except psutil.NoSuchProcess:
        return 0.0


if __name__ == "__main__":
    name, *arguments = sys.argv[1:] or ["speed"]
    {"speed": speed, "profile": profile, "class": class_}[name](*arguments)
