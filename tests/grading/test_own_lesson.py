"""A teacher's own lesson in a course folder of its own, from `new` to the page that comes back to a student."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook

from helpers.grading.sandbox.isolation import why_not
from helpers.notebooks import ROOT, execute

pytestmark = [pytest.mark.grading, pytest.mark.notebook]

LESSON = "57_bean_counting"
EXERCISES = {
    "lengths": 1.5,
    "moving_mean": 2.0,
    "which_width": 1.5,
    "daily_growth": 2.0,
    "Scaler": 3.0,
    "train_curve": 3.0,
}
WRONG = {
    "moving_mean": "def moving_mean(x, width):\n    return x.unfold(0, width, 1).sum(dim=1)",
    "train_curve": "def train_curve(x, y):\n    return nn.Linear(1, 1)",
    # The answers are nowhere to be had where a class is marked; the lesson's data are.
    "which_width": (
        "import importlib\n"
        "from helpers.lessons import bean_counting\n"
        "assert len(bean_counting.data.heights()) == 30\n"
        "try:\n"
        "    found = importlib.import_module('helpers.lessons.bean_counting.exercises.which_width')\n"
        "    which_width = found.reference\n"
        "except ModuleNotFoundError:\n"
        "    which_width = {}"
    ),
}


class OwnCourse:
    """A course folder outside the project; `helpers` is what is installed."""

    def __init__(self, root):
        self.root = root

    def run(self, *arguments, code=0):
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        binaries = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": path, "PATH": binaries},
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def notebook(self, *folders):
        return nbformat.read(self.root.joinpath(*folders, LESSON, f"{LESSON}.ipynb"), as_version=4)

    def submit(self, student, notebook):
        folder = self.root / "course/submitted" / student / LESSON
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{LESSON}.ipynb")


def answered(course, **wrong):
    """Return the learner edition with the answers of the source, save for those given."""
    notebook = course.notebook("notebooks")
    answers = {c.id: c.source for c in course.notebook("solutions").cells}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = wrong.get(cell.id, answers[cell.id])
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = OwnCourse(tmp_path_factory.mktemp("own"))
    course.run("helpers.lessons", "new", LESSON)
    course.proved = course.run("helpers.lessons", "prove", LESSON)
    course.run("nbgrader", "generate_assignment", LESSON, "--create")
    course.submit("ada", answered(course))
    course.submit("bob", answered(course, **WRONG))
    course.submit("cyd", course.notebook("notebooks"))
    waived = ["--Execute.sandbox=False"] if why_not() else []
    course.run("helpers.grading", "autograde", LESSON, *waived)
    course.run("nbgrader", "generate_feedback", LESSON)
    return course


def test_all_that_is_laid_out_is_proved(course):
    assert "All proofs hold" in course.proved


@pytest.mark.parametrize(
    ("student", "lost"),
    {"ada": (), "bob": WRONG, "cyd": EXERCISES}.items(),
)
def test_the_marks_are_those_that_the_work_deserves(course, student, lost):
    if student == "bob" and why_not():
        pytest.skip("no sandbox on this machine: answers lie open")
    with Gradebook(f"sqlite:///{course.root}/course/gradebook.db") as book:
        grades = book.find_submission_notebook(LESSON, LESSON, student).grades
        marks = {
            g.name.removesuffix("_check"): g.auto_score for g in grades if g.auto_score is not None
        }
    reached = {n: 0.0 if n in lost else p for n, p in EXERCISES.items()}
    assert {n: p for n, p in marks.items() if n in EXERCISES} == reached


def test_the_page_that_comes_back_says_what_was_wrong_and_shows_no_hidden_test(course):
    page = (course.root / "course/feedback/bob" / LESSON / f"{LESSON}.html").read_text("utf-8")
    assert "That is the sum of each window" in page
    assert "hidden=True" not in page


def test_a_learner_sees_cards_and_progress_in_the_lesson(course):
    notebook = answered(course, moving_mean=WRONG["moving_mean"])
    start = "from helpers.lessons import progress\n\nprint(progress())"
    notebook.cells.append(nbformat.v4.new_code_cell(start))
    shown = execute(notebook, course.root / "notebooks" / LESSON).cells
    cards = {c.id: c.outputs[-1].data["text/html"] for c in shown if c.id.endswith("_check")}
    assert "Passed" in cards["Scaler_check"]
    assert "That is the sum of each window" in cards["moving_mean_check"]
    assert f"{LESSON}: 11 of 13 points" in shown[-2].outputs[-1].data["text/plain"]
    assert f"{LESSON}: 11 of 13 points" in shown[-1].outputs[-1].text
