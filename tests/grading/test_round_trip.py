"""A class from release to returned feedback, with nbgrader's own commands."""

import copy
import csv

import nbformat
import pytest

from tests.grading.course import LESSON, Course, find
from tests.grading.test_restore import without_ids

pytestmark = pytest.mark.grading

ALL = {"double": 3.0, "shapes": 2.0, "relu": 1.0, "six_test": 1.0, "why": None}
HALF = {"double": 2.0, "shapes": 1.0, "relu": 0.0, "six_test": 1.0, "why": None}
NONE = {"double": 0.0, "shapes": 0.0, "relu": 0.0, "six_test": 0.0, "why": 0.0}


def submissions(course: Course) -> dict[str, nbformat.NotebookNode | str]:
    half = course.answered(
        double="def double(x):\n    return torch.stack([2 * row for row in x])",
        shapes="shapes = {'sum': (2, 3), 'product': (3, 3)}",
        relu="def relu(x):\n    return torch.relu(x)",
    )
    deleted = course.answered()
    deleted.cells = [c for c in deleted.cells if c.id not in ("double_check", "relu", "why")]
    copied = course.answered(double="...", why="")
    for number, name in enumerate(["double", "why", "double_check"]):
        again = copy.deepcopy(find(course.answered(), name))
        again.id = f"copy-{number}"
        copied.cells.insert(copied.cells.index(find(copied, name)) + (number < 2), again)
    retyped = course.answered()
    retyped.cells = [
        nbformat.v4.new_markdown_cell(c.source, id=c.id, metadata=c.metadata)
        if c.id == "shapes_check"
        else c
        for c in retyped.cells
    ]
    cheater = course.answered()
    find(cheater, "six_test").metadata.nbgrader.points = 100
    find(cheater, "double_check").metadata.nbgrader.update(solution=True, mine="yes")
    find(cheater, "relu_check").metadata.nbgrader = {"grade_id": "relu_check"}
    return {
        "right": course.answered(),
        "half": half,
        "blank": course.released(),
        "raising": course.answered(
            double="raise RuntimeError('no')", six="def six():\n    return 7"
        ),
        "warned": course.answered(
            double="import warnings\ndef double(x):\n    warnings.warn('hm')\n    return 2 * x"
        ),
        "deleted": deleted,
        "copied": copied,
        "retyped": retyped,
        "metadata": cheater,
        "older": without_ids(course.answered()),
        "marked by bytes": "\ufeff" + nbformat.writes(course.answered()).replace("\n", "\r\n"),
        "broken": "{ no notebook",
        "empty": "",
    }


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("course"))
    for student, notebook in submissions(course).items():
        course.submit(student, notebook)
    link = course.submit("link", course.answered()) / "data.db"
    link.symlink_to(course.root / "course/gradebook.db")
    course.autograde(code=1)  # two of them cannot be read, and one has a link
    with course.gradebook() as book:
        grade = book.find_grade("why", LESSON, LESSON, "right")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("why", LESSON, LESSON, "right").manual_comment = "Well put."
        book.db.commit()
    course.nbgrader("generate_feedback", LESSON)
    course.nbgrader("export")
    return course


@pytest.mark.parametrize(
    ("student", "marks"),
    {
        "right": ALL,
        "half": HALF,
        "blank": NONE,
        "raising": ALL | {"double": 0.0, "six_test": 0.0},
        "warned": ALL,
        "deleted": ALL | {"relu": 0.0, "why": 0.0},
        "copied": ALL,
        "retyped": ALL,
        "metadata": ALL,
        "older": ALL,
        "marked by bytes": ALL,
    }.items(),
)
def test_the_gradebook_holds_the_marks_that_the_work_deserves(course, student, marks):
    assert course.marks(student) == marks


@pytest.mark.parametrize("student", ["broken", "empty", "link"])
def test_what_cannot_be_marked_does_not_stop_the_others(course, student):
    assert not (course.root / "course/autograded" / student / LESSON).exists()


def test_a_mark_by_hand_counts_and_its_comment_is_on_the_page(course):
    with course.gradebook() as book:
        assert book.find_submission(LESSON, "right").score == 8.5
    assert "Well put." in course.page("right")


def test_marks_are_exported(course):
    rows = {r["student_id"]: r for r in csv.DictReader((course.root / "grades.csv").open())}
    assert float(rows["right"]["score"]) == 8.5
    assert float(rows["right"]["max_score"]) == 9
    assert float(rows["blank"]["score"]) == 0


def test_marking_again_keeps_the_mark_by_hand(course):
    course.autograde("--student=right", "--force")
    with course.gradebook() as book:
        grade = book.find_grade("why", LESSON, LESSON, "right")
        assert grade.manual_score == 1.5
        assert grade.score == 1.5


def test_hidden_tests_are_in_no_release(course):
    text = nbformat.writes(course.released())
    assert "hidden" not in text.lower()
    assert "secret_42" not in text


@pytest.mark.parametrize("student", ["right", "half", "blank", "raising", "metadata"])
def test_hidden_tests_are_on_no_feedback_page(course, student):
    page = course.page(student)
    assert "secret_42" not in page
    assert "hidden=True" not in page
    assert "BEGIN HIDDEN" not in page
    assert "2 * 3" not in page


def test_the_page_says_what_was_wrong(course):
    page = course.page("half")
    assert "without a loop" in page
    assert "Partly right" in page
