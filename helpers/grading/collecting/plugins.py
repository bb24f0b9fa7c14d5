"""What `nbgrader zip_collect` is given to find out whose each file is."""

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin

from helpers.grading.classlist import ClassListError, Roll, read_class_list
from helpers.grading.collecting.command import CollectApp
from helpers.grading.collecting.layout import collect
from helpers.grading.collecting.submitters import Reader
from helpers.grading.collecting.told import Collected
from helpers.grading.pages.text import printable
from helpers.grading.students import gradebook_exists, in_gradebook


def class_roll(coursedir: Any, log: Any) -> Roll:
    """Return the class: the gradebook's students, and those of course/students.csv."""
    students = {}
    try:
        if gradebook_exists(coursedir.db_url):
            with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
                students = in_gradebook(gradebook)
    except Exception as error:  # whatever the database says; files can be collected without it
        log.warning("the gradebook's students were not read: %s", error)
    path = Path(coursedir.root) / "course/students.csv"
    try:
        found = read_class_list(path.read_bytes())
        for problem in found.problems:
            log.warning("%s, %s", path, printable(problem))
        for student in found.students:
            before = students.get(student.id)
            students[student.id] = replace(before, **student.known()) if before else student
    except FileNotFoundError:
        pass
    except (OSError, ClassListError) as error:
        log.warning("%s was not read: %s", path, error)
    return Roll(students.values())


class Extract(ExtractorPlugin):
    """Lays out in the extracted folder what each student handed in: STUDENT/PATH.

    Attributes:
        collected: what came of it.
    """

    collected: Collected | None = None

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack, find out whose each file is, and lay out what is new."""
        coursedir = self.parent.coursedir
        lesson = coursedir.assignment_id
        released = Path(coursedir.format_path(coursedir.release_directory, ".", lesson))
        names = tuple(sorted(p.stem for p in released.glob("*.ipynb"))) or (lesson,)
        pattern = FileNameCollectorPlugin(parent=self.parent).named_regexp
        reader = Reader(
            lesson,
            names,
            class_roll(coursedir, self.log),
            re.compile(pattern, re.DOTALL) if pattern else None,
        )
        self.collected = collect(
            Path(archive_path),
            Path(extracted_path),
            lambda student: Path(
                coursedir.format_path(coursedir.submitted_directory, student, lesson)
            ),
            reader,
        )
        if not isinstance(self.parent, CollectApp):
            for line in self.collected.summary().splitlines():
                self.log.warning("%s", line)


class Collect(FileNameCollectorPlugin):
    """Takes the extracted folder as `Extract` left it: STUDENT/PATH."""

    def collect(self, submitted_file: str) -> dict | None:
        """Return whose a file is, and where it belongs in the student's folder."""
        app = self.parent
        extracted = Path(app._format_collect_path(app.extracted_directory)).resolve()
        student, *path = Path(submitted_file).resolve().relative_to(extracted).parts
        return {"student_id": student, "file_id": os.path.join(*path)} if path else None
