"""What stands of a class's marks: entries in the gradebook, and the folder of each marked submission."""

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import rmtree

from helpers.grading.changes import Graded, changes, graded_then
from helpers.grading.execute import STAMP
from helpers.grading.intake import Found, HandedIn, fingerprint_of
from helpers.grading.report import Outcome
from helpers.grading.shelf import Shelf


@dataclass(frozen=True)
class MarkedClass:
    """The marks of an assignment.

    Attributes:
        coursedir: the course's folders; they say which assignment it is.
        released: its notebooks.
        graded: for each notebook its graded cells, as the gradebook has them now.
        permissions: of the files of a marked submission.
    """

    coursedir: CourseDirectory
    released: frozenset[str]
    graded: Mapping[str, dict[str, Graded]]
    permissions: int

    def gradebook(self) -> Gradebook:
        """Open the gradebook."""
        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def enter(self, handed_in: HandedIn, found: Mapping[str, Found]) -> None:
        """Enter who has handed in, and when; a notebook that is missing earns nothing."""
        assignment, student = self.coursedir.assignment_id, handed_in.student
        stamp = handed_in.files.get("timestamp.txt", b"").decode("utf-8", "replace").strip()
        with self.gradebook() as book:
            book.update_or_create_student(student)
            # None where no time is known: that of an earlier file must not stay.
            book.update_or_create_submission(assignment, student, timestamp=stamp or None)
            for name in self.released - set(found):
                for grade in book.find_submission_notebook(name, assignment, student).grades:
                    grade.auto_score, grade.needs_manual_grade = 0, False
            book.db.commit()

    def place(self, student: str) -> Path:
        """Return the folder of a student's marked notebooks."""
        coursedir = self.coursedir
        return Path(
            coursedir.format_path(coursedir.autograded_directory, student, coursedir.assignment_id)
        )

    def put(self, place: Path, pages: Mapping[str, str], files: Mapping[str, bytes]) -> None:
        """Write the marked notebooks and the files beside them, all at once or not at all."""
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".marked-", dir=place.parent))
        try:
            fresh.chmod(0o755)
            for path, content in files.items():
                (fresh / path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / path).write_bytes(content)
            for name, text in pages.items():
                (fresh / f"{name}.ipynb").write_text(text, encoding="utf-8")
            permissions = int(str(self.permissions), 8)
            for made in fresh.rglob("*"):
                if made.is_file():
                    made.chmod(permissions)
            if place.exists():
                rmtree(str(place))
            fresh.rename(place)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    def withdraw(self, student: str) -> None:
        """Take the automatic marks of a submission back; what was given by hand stays."""
        place = self.place(student)
        if place.exists():
            rmtree(str(place))
        with contextlib.suppress(OSError):
            Shelf.of(self.coursedir).withdraw(student)
        with self.gradebook() as book:
            try:
                submission = book.find_submission(self.coursedir.assignment_id, student)
            except MissingEntry:
                return
            for notebook in submission.notebooks:
                notebook.late_submission_penalty = None
                for grade in notebook.grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
            book.db.commit()

    def marked_before(self, handed_in: HandedIn) -> Outcome | None:
        """Return how an earlier marking of these very files went, or None."""
        place = self.place(handed_in.student)
        remarks, in_full = list(handed_in.remarks), True
        pages = sorted(place.glob("*.ipynb"))
        for path in pages:
            fingerprint, marking = fingerprint_of(path, STAMP)
            if fingerprint != handed_in.fingerprint:
                return None
            remarks += [*marking.get("remarks", ()), *marking.get("failures", ())]
            remarks += changes(graded_then(path), self.graded.get(path.stem, {}))
            in_full = in_full and marking.get("usable", True)
        if not pages:
            return None
        done = Outcome(handed_in.student, True, before=True, in_full=in_full)
        return self.with_points(replace(done, remarks=tuple(dict.fromkeys(map(str, remarks)))))

    def with_points(self, outcome: Outcome) -> Outcome:
        """Return how a submission went, with its points as they stand in the gradebook."""
        with self.gradebook() as book:
            found = book.find_submission(self.coursedir.assignment_id, outcome.student)
            return replace(
                outcome,
                points=found.score,
                possible=found.max_score,
                by_hand=bool(found.needs_manual_grade),
            )
