"""How fast a class is marked, beside nbgrader alone, in one run on this machine.

python -m tests.grading.bench              # 24 submissions of the first lesson, 4 of them with nbgrader alone
python -m tests.grading.bench 100 10
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nbgrader.api import Gradebook

from helpers.grading.release import nbgrader, release
from helpers.notebooks import ROOT, lesson_ids, path

OURS = ("helpers.grading.execute.Execute", "nbgrader.preprocessors.Execute")
HARMLESS = '    "helpers.grading.harmless.Harmless",\n'


def course(root: Path, lesson: str, students: int, stock: bool) -> None:
    """Make a course with solved submissions of a lesson; `stock`: nbgrader's own way of running them."""
    shutil.copytree(ROOT / "solutions" / lesson, root / "solutions" / lesson)
    settings = (ROOT / "nbgrader_config.py").read_text()
    if stock:
        settings = settings.replace(*OURS).replace(HARMLESS, "")
    (root / "nbgrader_config.py").write_text(settings)
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


def main(many: int = 24, few: int = 4) -> None:
    """Mark `many` submissions in parallel and `few` with nbgrader alone, and print the times."""
    lesson, jobs = lesson_ids()[0], os.cpu_count()
    seconds, outcomes = {}, {}
    for name, students in (("nbgrader alone", few), ("parallel, in the sandbox", many)):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            course(root, lesson, students, stock=name == "nbgrader alone")
            start = time.perf_counter()
            if name == "nbgrader alone":
                nbgrader("autograde", lesson, "--log-level=ERROR", root=root)
            else:
                command = ["-m", "helpers.grading", "autograde", lesson, "--log-level=ERROR"]
                subprocess.run([sys.executable, *command], cwd=root, check=True)
            seconds[name] = (time.perf_counter() - start) / students
            outcomes[name] = marks(root, lesson)
    for name, each in seconds.items():
        print(f"{name}: {each:.2f} s a submission")
    slow, fast = seconds.values()
    print(f"{slow / fast:.1f} times as fast with {jobs} jobs, starting included")
    print("same points for every cell:", len(set.union(*outcomes.values())) == 1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
