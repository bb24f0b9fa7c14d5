"""A teacher's own course in a temporary folder: settings that take over this project's, and one small lesson."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from helpers.grading.sandbox.isolation import why_not
from helpers.notebooks import ROOT

LESSON = "90_trial"
LESSONS = Path(__file__).parent / "lessons"
"""The folder with the lesson's package."""

SETTINGS = """from helpers.grading.settings import use

c = get_config()
use(c, __file__)
c.Lessons.lesson_folders = ["lessons"]
"""


def cell(make, name: str, source: str, **kind) -> nbformat.NotebookNode:
    """Return a cell with nbgrader's metadata."""
    metadata = {"grade": False, "solution": False, "locked": False, "task": False} | kind
    metadata |= {"schema_version": 3, "grade_id": name}
    return make(source, id=name, metadata={"nbgrader": metadata})


def checked(name: str, source: str, points: float) -> list[nbformat.NotebookNode]:
    """Return the solution cell and the check cell of an exercise."""
    test = (
        f"check.{name}()\n### BEGIN HIDDEN TESTS\ncheck.{name}(hidden=True)\n### END HIDDEN TESTS"
    )
    return [
        cell(new_code_cell, name, source, solution=True),
        cell(new_code_cell, f"{name}_check", test, grade=True, locked=True, points=points),
    ]


def trial_lesson() -> nbformat.NotebookNode:
    """Return the source of the lesson: three exercises, a cell of asserts, a question to answer."""
    begin, end = "### BEGIN SOLUTION\n", "\n### END SOLUTION"
    cells = [
        new_code_cell(
            "import torch\n\nfrom helpers.lessons.trial import check",
            id="setup",
        ),
        *checked("double", f"def double(x):\n    {begin}    return x * 2\n    {end[1:]}", 3),
        *checked(
            "shapes",
            f"shapes = {{'sum': None, 'product': None}}\n{begin}"
            f"shapes = {{'sum': (2, 3), 'product': (2, 2)}}{end}",
            2,
        ),
        *checked("relu", f"def relu(x):\n    {begin}    return x * (x > 0)\n    {end[1:]}", 1),
        cell(
            new_code_cell,
            "six",
            f"def six():\n    {begin}    return 6\n    {end[1:]}",
            solution=True,
        ),
        cell(
            new_code_cell,
            "six_test",
            "assert isinstance(six(), int)\n"
            "### BEGIN HIDDEN TESTS\nassert six() == 2 * 3, 'secret_42'\n### END HIDDEN TESTS",
            grade=True,
            locked=True,
            points=1,
        ),
        cell(
            new_markdown_cell, "why", "Since gradients flow.", grade=True, solution=True, points=2
        ),
    ]
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


ANSWERS = {
    "double": "def double(x):\n    return x + x",
    "shapes": "shapes = {'sum': (2, 3), 'product': (2, 2)}",
    "relu": "def relu(x):\n    return (x + x.abs()) / 2",
    "six": "def six():\n    return 6",
    "why": "Gradients flow through it.",
}


class Course:
    """A course folder for one test.

    Attributes:
        root: the folder.
        db_url: where the gradebook is; left out: an SQLite file in the folder.
    """

    def __init__(self, root: Path, db_url: str = "") -> None:
        self.root = root
        self.db_url = db_url or f"sqlite:///{root}/course/gradebook.db"
        shutil.copytree(LESSONS, root / "lessons", ignore=shutil.ignore_patterns("__pycache__"))
        settings = SETTINGS
        if db_url:
            settings += f"c.CourseDirectory.db_url = {db_url!r}\n"
        (root / "nbgrader_config.py").write_text(settings, encoding="utf-8")
        self.write(trial_lesson(), "solutions", LESSON)
        self.run("-m", "helpers.grading.release", LESSON)

    def run(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess:
        """Run Python in the course folder, where `helpers` is installed; expects an exit status."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": path}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def nbgrader(self, *arguments: str, code: int = 0) -> subprocess.CompletedProcess:
        """Run an nbgrader command in the course folder."""
        return self.run("-m", "nbgrader", *arguments, code=code)

    def autograde(self, *options: str, code: int = 0) -> subprocess.CompletedProcess:
        """Mark with nbgrader's own command, in the sandbox where there is one."""
        if why_not():
            options += ("--Execute.sandbox=False",)
        return self.nbgrader("autograde", LESSON, *options, code=code)

    def write(self, notebook: nbformat.NotebookNode, *folders: str) -> Path:
        """Write a notebook of the lesson into a folder of the course."""
        folder = self.root.joinpath(*folders)
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{LESSON}.ipynb")
        return folder

    def released(self) -> nbformat.NotebookNode:
        """Return the learner edition."""
        return nbformat.read(self.root / "notebooks" / LESSON / f"{LESSON}.ipynb", as_version=4)

    def answered(self, **answers: str) -> nbformat.NotebookNode:
        """Return the learner edition with all answers right but for those given."""
        notebook = self.released()
        for one in notebook.cells:
            if one.id in ANSWERS:
                one.source = answers.get(one.id, ANSWERS[one.id])
        return notebook

    def submit(self, student: str, notebook: nbformat.NotebookNode | str) -> Path:
        """Put a notebook (or the raw text of a file) where a teacher puts what a student hands in."""
        if isinstance(notebook, str):
            folder = self.root / "course/submitted" / student / LESSON
            folder.mkdir(parents=True)
            (folder / f"{LESSON}.ipynb").write_text(notebook)
            return folder
        return self.write(notebook, "course/submitted", student, LESSON)

    def gradebook(self) -> Gradebook:
        """Open the gradebook."""
        return Gradebook(self.db_url)

    def marks(self, student: str) -> dict[str, float | None]:
        """Return the automatic mark of each graded cell of a student's submission."""
        with self.gradebook() as book:
            grades = book.find_submission_notebook(LESSON, LESSON, student).grades
            return {g.name.removesuffix("_check"): g.auto_score for g in grades}

    def autograded(self, student: str) -> nbformat.NotebookNode:
        """Return a student's notebook as it was marked."""
        path = self.root / "course/autograded" / student / LESSON / f"{LESSON}.ipynb"
        return nbformat.read(path, as_version=4)

    def page(self, student: str) -> str:
        """Return a student's feedback page."""
        return (self.root / "course/feedback" / student / LESSON / f"{LESSON}.html").read_text(
            encoding="utf-8"
        )


def find(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    """Return the cell with an id."""
    return next(c for c in notebook.cells if c.id == name)
