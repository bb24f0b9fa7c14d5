"""How fast a class is marked, and with how much memory, on this machine. It measures and asserts nothing.

python -m tests.grading.bench              # 24 submissions of the first lesson, beside 4 with nbgrader alone
python -m tests.grading.bench speed 100 10
python -m tests.grading.bench class 500    # 500 submissions of a small lesson: time, memory, computing time
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from nbgrader.api import Gradebook

from helpers.grading.release import nbgrader, release
from helpers.notebooks import ROOT, lesson_ids, path
from tests.grading.course import LESSON, Course

STOCK = "c.Autograde.clear()\nc.NotebookExporter.clear()\n"
AUTOGRADE = ("-m", "helpers.grading", "autograde")


def course(root: Path, lesson: str, students: int, stock: bool) -> None:
    """Make a course with solved submissions of a lesson; `stock`: marked by nbgrader's own preprocessors."""
    shutil.copytree(ROOT / "solutions" / lesson, root / "solutions" / lesson)
    settings = (ROOT / "nbgrader_config.py").read_text()
    (root / "nbgrader_config.py").write_text(settings + STOCK * stock)
    release([lesson], root)
    for n in range(students):
        folder = root / f"course/submitted/s{n:04d}" / lesson
        folder.mkdir(parents=True)
        shutil.copy(path(lesson), folder)


def marks(root: Path, lesson: str) -> set[tuple]:
    """Return the different outcomes of all submissions, as (cell, points)."""
    with Gradebook(f"sqlite:///{root}/course/gradebook.db") as book:
        return {
            tuple(sorted((g.name, g.auto_score) for n in s.notebooks for g in n.grades))
            for s in book.assignment_submissions(lesson)
        }


def speed(many: int = 24, few: int = 4) -> None:
    """Mark `many` submissions in parallel and `few` with nbgrader alone, and print the times."""
    lesson = lesson_ids()[0]
    seconds, outcomes = {}, {}
    for name, students in (("nbgrader alone", few), ("parallel, in the sandbox", many)):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            course(root, lesson, students, stock=name == "nbgrader alone")
            start = time.perf_counter()
            if name == "nbgrader alone":
                nbgrader("autograde", lesson, "--log-level=ERROR", root=root)
            else:
                command = [sys.executable, *AUTOGRADE, lesson, "--log-level=ERROR"]
                subprocess.run(command, cwd=root, check=True)
            seconds[name] = (time.perf_counter() - start) / students
            outcomes[name] = marks(root, lesson)
    for name, each in seconds.items():
        print(f"{name}: {each:.2f} s a submission")
    slow, fast = seconds.values()
    print(f"{slow / fast:.1f} times as fast with {os.cpu_count()} jobs, starting included")
    print("same points for every cell:", len(set.union(*outcomes.values())) == 1)


def class_(students: int = 500) -> None:
    """Mark a class that hands in a small lesson; print time and memory after each tenth of it."""
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
    name, *numbers = sys.argv[1:] or ["speed"]
    {"speed": speed, "class": class_}[name](*map(int, numbers))
