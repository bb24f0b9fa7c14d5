"""A teacher at nbgrader's formgrader, in headless Chromium."""

import time

import pytest

from helpers.grading.sandbox.isolation import why_not
from tests.browser.browser import PATIENCE, jupyter_server, needs_chromium
from tests.grading.course import LESSON, Course

pytestmark = [*needs_chromium, pytest.mark.skipif(bool(why_not()), reason=why_not())]


@pytest.fixture
def course(tmp_path):
    course = Course(tmp_path)
    course.submit("ada", course.answered(relu="def relu(x):\n    return torch.relu(x)"))
    return course


def test_a_teacher_marks_with_the_button_and_by_hand(course, page):
    with jupyter_server(["-m", "jupyterlab"], course.root, PYTHONPATH=str(course.root)) as address:
        page.goto(f"{address}/formgrader/manage_submissions/{LESSON}")
        page.locator("td.autograde a").click()
        page.wait_for_selector("text=Successfully autograded")
        marks = {"double": 3.0, "shapes": 2.0, "relu": 0.0, "six_test": 1.0, "why": None}
        assert course.marks("ada") == marks

        page.goto(f"{address}/formgrader/gradebook/{LESSON}/{LESSON}")
        page.locator("tbody a").first.click()
        # Before it has got the marks and comments so far, the page would not save what is typed.
        page.locator("input.score[placeholder='3']").wait_for()
        page.wait_for_load_state("networkidle")
        points = page.locator("input.score").last
        points.fill("1.5")
        points.press("Tab")
        comment = page.locator("textarea.comment").last
        comment.fill("Well put.")
        comment.press("Tab")
        assert "Your program uses" in page.locator("section[role=status]").last.inner_text()

        until = time.monotonic() + PATIENCE
        while by_hand(course) != (1.5, "Well put.") and time.monotonic() < until:
            time.sleep(0.2)
        assert by_hand(course) == (1.5, "Well put.")


def by_hand(course):
    """Return the mark and the comment that a teacher gave to the written answer."""
    with course.gradebook() as book:
        grade = book.find_grade("why", LESSON, LESSON, "ada")
        comment = book.find_comment("why", LESSON, LESSON, "ada")
        return grade.manual_score, comment.manual_comment
