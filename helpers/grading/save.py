"""Enter a notebook's automatic marks into the gradebook, all of them or none."""

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

NO_RESPONSE = "No response."


class SaveMarks(NbGraderPreprocessor):
    """Enters marks and comments as nbgrader's `SaveAutoGrades` does, but in one transaction.

    A mark or comment that was given by hand stays, and its cell then waits to be looked at again.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Enter the marks of one notebook.

        Raises:
            ValueError: a cell's output is no number of points; nothing is entered.
            MissingEntry: the gradebook has no such cell; nothing is entered.
        """
        marks, comments = {}, {}
        for cell in nb.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if is_grade(cell):
                marks[name] = determine_grade(cell, self.log)[0]
            if is_solution(cell) or is_task(cell):
                checksum = cell.metadata.nbgrader.get("checksum")
                blank = not is_task(cell) and checksum == compute_checksum(cell)
                comments[name] = NO_RESPONSE if blank else None
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as book:
            saved = book.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            unknown = set(marks) - {grade.name for grade in saved.grades}
            if unknown:
                raise MissingEntry(f"the gradebook knows no cell {sorted(unknown)[0]!r}")
            for grade in saved.grades:
                if grade.name in marks:
                    mark = marks[grade.name]
                    grade.auto_score = mark
                    grade.needs_manual_grade = mark is None or grade.manual_score is not None
            for comment in saved.comments:
                if comment.name in comments:
                    comment.auto_comment = comments[comment.name]
            book.db.commit()
        return nb, resources
