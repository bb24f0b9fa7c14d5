"""A learner's first minutes in real JupyterLab, in headless Chromium."""

import json
import re
import shutil
import time

import nbformat
import pytest

from helpers.lessons import lesson
from helpers.notebooks import NOTEBOOKS, ROOT
from tests.browser.browser import PATIENCE, jupyter_server, needs_chromium

pytestmark = needs_chromium
NAME = "01_tensors"
WRONG = """def standardize(table):
    return (table - table.mean()) / table.std()
"""
RIGHT = """def standardize(table):
    centred = table - table.mean(dim=0, keepdim=True)
    return centred / table.std(dim=0, keepdim=True)
"""


@pytest.fixture
def address(tmp_path):
    """Start JupyterLab on a copy of the learner edition; yields the lesson's address."""
    course = tmp_path / "course"
    shutil.copytree(NOTEBOOKS / NAME, course / "notebooks" / NAME)
    shutil.copytree(ROOT / "assets" / "figures", course / "assets" / "figures")
    settings = tmp_path / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Every cell stays in the page, so that the test finds it.
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    options = [
        f"--ServerApp.root_dir={course}",
        f"--ServerApp.preferred_dir={course}",
        f"--LabApp.user_settings_dir={tmp_path / 'settings'}",
        f"--LabApp.workspaces_dir={tmp_path / 'workspaces'}",
    ]
    with jupyter_server(["-m", "helpers.lab", *options], ROOT) as address:
        yield f"{address}/lab/tree/notebooks/{NAME}/{NAME}.ipynb"


def test_a_learner_runs_the_lesson_errs_and_succeeds(address, page):
    page.goto(address)
    _wait_until_ready(page)
    _run_all(page)

    checks = len(list(lesson(NAME)))
    cards = page.locator(".jp-OutputArea-output section[role=status]")
    _wait_until(page, lambda: cards.count() == checks, f"{checks} cards")
    assert all("Not attempted" in text for text in cards.all_inner_texts())
    shown = page.locator(".jp-MarkdownOutput img").evaluate_all(
        "images => images.map(i => i.complete && i.naturalWidth > 0)"
    )
    assert shown
    assert all(shown), "every picture in the text is shown"

    wrong = _answer(page, "standardize", WRONG)
    assert "Not right yet" in wrong
    assert any(m.says.split("`")[0] in wrong for m in lesson(NAME).standardize.exercise.mistakes)
    right = _answer(page, "standardize", RIGHT)
    assert "Passed" in right
    assert re.search(r"(\d\S*) of \1 points", right)


def _wait_until_ready(page) -> None:
    """Wait until every cell is in the page and the kernel has answered: before, orders may be lost."""
    notebook = nbformat.read(NOTEBOOKS / NAME / f"{NAME}.ipynb", as_version=4)
    cells = page.locator(".jp-Notebook .jp-Cell")
    _wait_until(page, lambda: cells.count() == len(notebook.cells), f"{len(notebook.cells)} cells")
    for button in page.locator(".jp-Dialog button.jp-mod-accept").all():
        button.click()
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")


def _run_all(page) -> None:
    """Choose Run All Cells from the menu; once more where nothing happens, as a person would."""
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").first
    for _ in range(3):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if re.search(r"[\d*]", prompt.inner_text()):
                return
            time.sleep(0.2)


def _answer(page, exercise: str, program: str) -> str:
    """Type a program into the exercise's cell, run it and its check, and return the card's text."""
    cell = page.locator(".jp-CodeCell").filter(has_text=f"def {exercise}(")
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(program)
    page.keyboard.press("Shift+Enter")
    check = page.locator(".jp-CodeCell").filter(has_text=f"check.{exercise}()")
    card = check.locator("section[role=status]")
    before = card.inner_text()
    check.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    _wait_until(page, lambda: card.count() == 1 and card.inner_text() != before, "a new card")
    return card.inner_text()


def _wait_until(page, condition, what: str) -> None:
    """Wait for a condition; where it does not come true, tell what the page shows."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.2)
    kernel = page.locator(".jp-Notebook-ExecutionIndicator").get_attribute("data-status")
    dialogs = page.locator(".jp-Dialog").all_inner_texts()
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    errors = page.locator("[data-mime-type='application/vnd.jupyter.stderr']").all_inner_texts()
    raise AssertionError(
        f"waited in vain for {what}: kernel {kernel}, dialogs {dialogs}, prompts {prompts}, errors {errors}"
    )
