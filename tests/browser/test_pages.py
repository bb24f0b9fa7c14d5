"""The two pages that show a student's work, in headless Chromium: nothing of it runs, fetches or covers anything."""

import re

import pytest

from helpers.grading.sandbox.isolation import why_not
from tests.browser.browser import jupyter_server, needs_chromium
from tests.grading.course import LESSON, Course
from tests.grading.submissions import EVIL_STUDENT, honest, hostile

pytestmark = [
    *needs_chromium,
    pytest.mark.grading,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]

POSITIONS = """boxes => boxes.flatMap(box => [...box.querySelectorAll('*')]
    .filter(e => ['fixed', 'absolute', 'sticky'].includes(getComputedStyle(e).position)).map(e => e.outerHTML))"""
IN_SIGHT = """elements => elements.map(element => {
    element.scrollIntoView({block: 'center'});
    const box = element.getBoundingClientRect();
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return element === top || element.contains(top) || top.contains(element) && !top.closest('.course-held');
})"""


POINTS_IN_SIGHT = """heads => heads.every(head => [...head.querySelectorAll('.pull-right')].every(
    points => points.getBoundingClientRect().bottom <= head.getBoundingClientRect().bottom))"""


def look_at(page, address: str) -> None:
    """Open a page, click every link of the student, and see that nothing ran, was fetched or is covered."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address, wait_until="load")
    page.wait_for_timeout(500)
    assert page.evaluate("window.hit === undefined")
    assert not [url for url in asked if "example.org" in url or "logout" in url or "cdn" in url]
    for link in page.locator(".course-held a").all():
        link.click(timeout=5_000, force=True)
    page.wait_for_timeout(300)
    assert page.url == address
    for other in page.context.pages[1:]:  # links that lead elsewhere open there
        other.close()
    assert page.evaluate("window.hit === undefined")
    assert page.locator(".course-held").evaluate_all(POSITIONS) == []
    labels = page.locator(".course-label, .panel-heading, .navbar, input.score").evaluate_all(
        IN_SIGHT
    )
    assert len(labels) > 10
    assert all(labels)
    assert page.locator("div.nbgrader_cell .panel-heading").evaluate_all(POINTS_IN_SIGHT)
    assert page.locator(".course-marker section[role=status]").count() == 3


def test_nothing_of_a_student_runs_in_the_readers_browser(tmp_path, page):
    course = Course(tmp_path)
    course.submit("ada", honest(course.answered()))
    course.submit(EVIL_STUDENT, hostile(course.answered()))
    course.nbgrader("autograde", LESSON)
    course.nbgrader("generate_feedback", LESSON)
    page.context.route(re.compile("example.org"), lambda route: route.abort())
    with jupyter_server(["-m", "jupyterlab"], course.root, PYTHONPATH=str(course.root)) as server:
        for student in ("ada", EVIL_STUDENT):
            with course.gradebook() as book:
                number = book.find_submission_notebook(LESSON, LESSON, student).id
            page.set_viewport_size({"width": 390, "height": 800})
            look_at(
                page, (course.root / f"course/feedback/{student}/{LESSON}/{LESSON}.html").as_uri()
            )
            page.set_viewport_size({"width": 1400, "height": 1000})
            look_at(page, f"{server}/formgrader/submissions/{number}/")
            assert page.locator("input.score").count() == 5
            pictures = page.locator(".course-held img").evaluate_all(
                "all => all.map(one => one.naturalWidth > 0)"
            )
            assert pictures
            assert all(pictures)
