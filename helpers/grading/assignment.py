"""Release an assignment whole or not at all, with nbgrader's own command.

`nbgrader generate_assignment` takes the old learner edition away before it begins to make the new one, so whatever
fails leaves none. nbgrader has no hook before that, but it makes its exporter before that: `WholeExporter` does the
work in nbgrader's stead, with nbgrader's own converter, in a folder beside the learner editions which is put into
place at the end.
"""

import contextlib
import copy
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbconvert.exporters import NotebookExporter
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Assignment, Gradebook, MissingEntry, Notebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task, rmtree
from sqlalchemy.exc import SQLAlchemyError
from traitlets.utils.importstring import import_item

from helpers.grading.faults import duplicates, faults_of_checks

_KEPT = "course_entered"
_STAGE = f".release-{socket.gethostname()}-"
"""Beginning of the name of a folder in which an edition is made; the number of the process that makes it follows."""


class WholeExporter(NotebookExporter):
    """Takes the release over from nbgrader's converter, which is left with nothing to do."""

    def __init__(self, config: Any = None, parent: Any = None, **more: Any) -> None:
        """Release the assignment if `parent` is nbgrader's converter for that.

        Raises:
            NbGraderException: something is wrong; what was released before is as it was.
        """
        super().__init__(config=config, parent=parent, **more)
        if isinstance(parent, GenerateAssignment):
            WholeAssignment(parent).start()
            parent.assignments = {}


@dataclass(frozen=True)
class Edition:
    """A notebook's learner edition.

    Attributes:
        entered: the notebook as it is entered into the gradebook, with hidden tests; None: it is not entered.
        text: what learners get.
        resources: what nbgrader's preprocessors and its writer are told.
    """

    entered: NotebookNode | None
    text: str
    resources: dict


class WholeAssignment(GenerateAssignment):
    """nbgrader's converter, which first makes everything and then puts it into place."""

    def __init__(self, ordered: GenerateAssignment) -> None:
        """Take over what `ordered` was told to do."""
        super().__init__(coursedir=ordered.coursedir, parent=ordered.parent)
        self.exporter_class = NotebookExporter
        for name in ("force", "no_database", "create_assignment", "preprocessors"):
            setattr(self, name, getattr(ordered, name))
        self._editions: Mapping[str, Edition] = {}
        self._stage = Path()

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        """Return the folder in which an edition is made."""
        return str(self._stage / "new")

    def convert_notebooks(self) -> None:
        """Release what is to be released.

        Raises:
            NbGraderException: something is wrong; the log has a sentence for each fault.
        """
        every = {folder: sorted(found) for folder, found in sorted(self.assignments.items())}
        places = {folder: self._place(folder) for folder in every}
        for place in {p.parent for p in places.values()}:
            place.mkdir(parents=True, exist_ok=True)
            _put_right(place)
        wanted = {f: found for f, found in every.items() if self._is_wanted(f, found, places[f])}
        editions, faults = self._make(wanted)
        faults = faults or self._refused_by_gradebook(wanted, editions)
        for fault in faults:
            self.log.error("%s", fault)
        if faults:
            raise NbGraderException(faults[0])
        self._editions = editions
        for folder, found in wanted.items():
            self._release(folder, found, places[folder])

    def _release(self, folder: str, found: list[str], place: Path) -> None:
        prefix = f"{_STAGE}{os.getpid()}-"
        self._stage = Path(tempfile.mkdtemp(prefix=prefix, dir=place.parent))
        self.assignments = {folder: found}
        try:
            super().convert_notebooks()
        finally:
            with contextlib.suppress(OSError):
                rmtree(str(self._stage))

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Begin with what is released already where only some of the notebooks are released anew."""
        old = Path(self._released(assignment_id, student_id))
        if self.coursedir.notebook_id != "*" and old.exists():
            shutil.copytree(old, self._format_dest(assignment_id, student_id), symlinks=True)
        return True

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy the files beside the notebooks; the gradebook comes when all is there."""
        BaseConverter.init_assignment(self, assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Write an edition."""
        edition = self._editions[notebook_filename]
        self.write_single_notebook(edition.text, edition.resources)

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """Enter the assignment into the gradebook, and put its folder into place."""
        super().init_assignment(assignment_id, student_id)
        for notebook in self.notebooks:
            edition = self._editions[notebook]
            if edition.entered is not None:
                SaveCells(parent=self.exporter)(edition.entered, edition.resources)
        super().set_permissions(assignment_id, student_id)
        place = Path(self._released(assignment_id, student_id))
        _exchange(Path(self._format_dest(assignment_id, student_id)), place, self._stage / "old")
        self.log.info("Released %s", place)

    def _released(self, assignment_id: str, student_id: str) -> str:
        path = self.coursedir.format_path(
            self.coursedir.release_directory, student_id, assignment_id
        )
        return os.path.normpath(path)

    def _place(self, folder: str) -> Path:
        form = self._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
        match = re.match(form, folder)
        if match is None:
            raise NbGraderException(f"{folder} is no folder of an assignment")
        return Path(self._released(match["assignment"], match["student"]))

    def _is_wanted(self, source: str, notebooks: list[str], place: Path) -> bool:
        """Say whether to release an assignment: it is new, or --force is given, or its time stamp is later."""
        whole = self.coursedir.notebook_id == "*"
        missing = not all((place / Path(n).name).exists() for n in notebooks)
        if self.force or (not place.exists() if whole else missing):
            return True
        new, old = map(self.coursedir.get_existing_timestamp, (source, str(place)))
        if new is not None and old is not None and new > old:
            return True
        self.log.warning("%s is there already and is kept; --force makes it anew", place)
        return False

    def _make(self, wanted: Mapping[str, list[str]]) -> tuple[dict[str, Edition], list[str]]:
        """Make all editions in memory; return them, and what is wrong with them."""
        exporter = self._exporter()
        editions, faults = {}, []
        for notebook in (n for found in wanted.values() for n in found):
            try:
                source = nbformat.read(notebook, as_version=4)
                found = duplicates(source)
                if not found:
                    resources = self.init_single_notebook_resources(notebook)
                    text, resources = exporter.from_filename(notebook, resources=resources)
                    # nbconvert's base class, which makes no text, says that this is a notebook.
                    edition = Edition(resources.pop(_KEPT, None), str(text), resources)
                    editions[notebook] = edition
                    found = faults_of_checks(edition.entered or source, Path(notebook).stem)
            except Exception as error:
                self.log.debug("%s", notebook, exc_info=True)
                found = [f"cannot be released: {type(error).__name__}: {error}"]
            faults += [f"{Path(notebook).name}: {words}" for words in found]
        return editions, faults

    def _exporter(self) -> NotebookExporter:
        """Return an exporter that enters nothing, but keeps what would be entered."""
        exporter = NotebookExporter(parent=self, config=self.config)
        for one in self.preprocessors:
            kind = import_item(one) if isinstance(one, str) else one
            saves = isinstance(kind, type) and issubclass(kind, SaveCells)
            exporter.register_preprocessor(_keep if saves else kind)
        return exporter

    def _refused_by_gradebook(
        self, wanted: Mapping[str, list[str]], editions: Mapping[str, Edition]
    ) -> list[str]:
        """Return the reasons for which nbgrader's gradebook would refuse the new editions."""
        if self.no_database:
            return []
        faults: list[str] = []
        try:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as book:
                for found in wanted.values():
                    faults += self._refused(book, [editions[n] for n in found])
        except SQLAlchemyError as error:
            words = str(error).splitlines()[0]
            return [
                f"the gradebook {self.coursedir.db_url} cannot be used: {words}. If nbgrader was upgraded, make a "
                "copy of the gradebook and run `nbgrader db upgrade`"
            ]
        return faults

    def _refused(self, book: Gradebook, editions: list[Edition]) -> list[str]:
        names = editions[0].resources["nbgrader"]["assignment"]
        try:
            assignment = book.find_assignment(names)
        except MissingEntry:
            if self.create_assignment:
                return []
            return [f"there is no assignment {names!r} in the gradebook, and none is to be made"]
        new = {e.resources["nbgrader"]["notebook"]: e.entered for e in editions}
        faults = []
        if self.coursedir.notebook_id == "*":
            faults += _changed_notebooks(assignment, set(new))
        for notebook in assignment.notebooks:
            entered = new.get(notebook.name)
            if entered is not None:
                faults += _changed_cells(notebook, entered, assignment.name)
        return faults


def _keep(notebook: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
    resources[_KEPT] = copy.deepcopy(notebook)
    return notebook, resources


def _changed_notebooks(assignment: Assignment, new: set[str]) -> list[str]:
    old = {notebook.name for notebook in assignment.notebooks}
    if not assignment.submissions or old == new:
        return []
    return [_refusal(assignment.name, "notebooks", new - old, old - new)]


def _changed_cells(notebook: Notebook, entered: NotebookNode, assignment: str) -> list[str]:
    """Return why the gradebook keeps the cells of a notebook for which there are submissions, if they change."""
    if not notebook.submissions:
        return []
    kinds = {
        "graded cells": (is_grade, notebook.grade_cells),
        "answers": (is_solution, notebook.solution_cells),
        "tasks": (is_task, notebook.task_cells),
        "locked cells, answers and graded cells": (_is_entered, notebook.source_cells),
    }
    for words, (belongs, cells) in kinds.items():
        old = {cell.name for cell in cells}
        new = {c.metadata["nbgrader"]["grade_id"] for c in entered.cells if belongs(c)}
        if old != new:
            return [_refusal(assignment, f"{words} of {notebook.name}", new - old, old - new)]
    return []


def _is_entered(cell: NotebookNode) -> bool:
    return is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)


def _refusal(assignment: str, what: str, more: set[str], less: set[str]) -> str:
    changes = [f"{', '.join(sorted(more))} would be added"] * bool(more)
    changes += [f"{', '.join(sorted(less))} would be removed"] * bool(less)
    return (
        f"{what} cannot be added or removed, because submissions are in the gradebook: {'; '.join(changes)}. Put them "
        f"back as they were, or release the changed lesson under a new name, or delete {assignment} with all its "
        f"marks from the gradebook: nbgrader db assignment remove {assignment} --force"
    )


def _exchange(made: Path, place: Path, old: Path) -> None:
    """Put a folder into its place; what was there goes to `old`, and comes back should this fail."""
    if not os.path.lexists(place):
        made.rename(place)
        return
    old.mkdir()
    place.rename(old / place.name)
    try:
        made.rename(place)
    except BaseException:
        (old / place.name).rename(place)
        raise


def _put_right(folder: Path) -> None:
    """Bring back what a process that was killed was about to replace, and take away what it had begun."""
    for stage in folder.glob(f"{_STAGE}*"):
        owner = stage.name.removeprefix(_STAGE).partition("-")[0]
        if not owner.isdigit() or psutil.pid_exists(int(owner)):
            continue
        for one in (stage / "old").glob("*"):
            if not (folder / one.name).exists():
                one.rename(folder / one.name)
        with contextlib.suppress(OSError):
            rmtree(str(stage))
