"""Marks are entered all together or not at all, and what was given by hand stays."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import compute_checksum

from helpers.grading.save import SaveMarks


@pytest.fixture
def url(tmp_path):
    """A gradebook with one submission of one notebook: two tests, a question and a task."""
    url = f"sqlite:///{tmp_path}/gradebook.db"
    with Gradebook(url) as book:
        book.add_assignment("week")
        book.add_notebook("one", "week")
        for name in ("a", "b", "why"):
            book.add_grade_cell(name, "one", "week", max_score=2, cell_type="code")
        book.add_task_cell("task", "one", "week", max_score=3, cell_type="markdown")
        for name in ("a_answer", "why"):
            book.add_solution_cell(name, "one", "week")
        book.add_student("ada")
        book.add_submission("week", "ada")
        book.find_grade("b", "one", "week", "ada").manual_score = 1.5
        book.db.commit()
    return url


def cell(make, source, name, outputs=(), **kind):
    kinds = dict.fromkeys(("grade", "solution", "task", "locked"), False) | kind
    metadata = kinds | {"grade_id": name, "schema_version": 3, "points": 2.0}
    one = make(source, metadata={"nbgrader": metadata})
    if outputs:
        one.outputs = list(outputs)
    return one


def number(text):
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def notebook(of_b="1.0"):
    answer = cell(new_code_cell, "x = 1", "a_answer", solution=True)
    answer.metadata.nbgrader["checksum"] = compute_checksum(answer)
    return new_notebook(
        cells=[
            answer,
            cell(new_code_cell, "assert x == 2", "a", [new_output("error")], grade=True),
            cell(new_code_cell, "0.5", "b", [number(of_b)], grade=True),
            cell(new_markdown_cell, "Since.", "why", grade=True, solution=True),
            cell(new_markdown_cell, "Do it.", "task", task=True),
        ]
    )


def save(url, notebook):
    names = {"db_url": url, "notebook": "one", "assignment": "week", "student": "ada"}
    SaveMarks().preprocess(notebook, {"nbgrader": names})


def marks(url):
    with Gradebook(url) as book:
        grades = book.find_submission_notebook("one", "week", "ada").grades
        return {g.name: (g.auto_score, g.needs_manual_grade) for g in grades}


def test_marks_and_comments_are_entered_as_nbgrader_does(url):
    save(url, notebook())
    assert marks(url) == {
        "a": (0.0, False),
        "b": (1.0, True),  # it has a mark by hand, which is to be looked at again
        "why": (None, True),
        "task": (None, True),
    }
    with Gradebook(url) as book:
        assert book.find_grade("b", "one", "week", "ada").score == 1.5
        assert book.find_comment("a_answer", "one", "week", "ada").comment == "No response."
        assert book.find_comment("why", "one", "week", "ada").comment is None


def test_nothing_is_entered_where_one_mark_cannot_be(url):
    before = marks(url)
    with pytest.raises(ValueError, match="greater than maximum"):
        save(url, notebook(of_b="100"))
    added = notebook()
    added.cells.append(cell(new_code_cell, "", "new", grade=True))
    with pytest.raises(MissingEntry, match="new"):
        save(url, added)
    assert marks(url) == before


def test_the_same_marks_as_nbgraders_own_preprocessor(url):
    from nbgrader.preprocessors import SaveAutoGrades

    names = {"db_url": url, "notebook": "one", "assignment": "week", "student": "ada"}
    SaveAutoGrades().preprocess(notebook(), {"nbgrader": names})
    theirs = marks(url)
    with Gradebook(url) as book:
        for grade in book.find_submission_notebook("one", "week", "ada").grades:
            grade.auto_score, grade.needs_manual_grade = None, False
        book.db.commit()
    save(url, notebook())
    ours = marks(url)
    assert {n: m for n, m in ours.items() if n != "task"} == {
        n: m for n, m in theirs.items() if n != "task"
    }
