"""What a student handed in: which file is which notebook, and what became of all the others."""

import glob
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.coursedir import CourseDirectory

from helpers.grading.checkcells import lessons_asked
from helpers.grading.files import read_files
from helpers.grading.reading import UnreadableError, read_notebook

_LIKE_NOTEBOOKS = (".ipynb", ".ipynb.txt", ".ipynb.json", ".json")
_BESIDE = frozenset({"timestamp.txt"})


@dataclass(frozen=True)
class HandedIn:
    """One student's files, read once. Everything about the submission is computed from this.

    Attributes:
        student: the id.
        files: by path, as bytes.
        remarks: a sentence for each file that could not be taken.
        fingerprint: changes when anything is handed in anew.
    """

    student: str
    files: Mapping[str, bytes]
    remarks: tuple[str, ...]
    fingerprint: str

    @property
    def other_files(self) -> dict[str, bytes]:
        """The files that are no notebooks."""
        return {p: c for p, c in self.files.items() if not p.endswith(".ipynb")}


@dataclass(frozen=True)
class Found:
    """A notebook of the assignment as it was handed in.

    Attributes:
        notebook: readable in any case; a page that says what is wrong where nothing could be read.
        remarks: what the report and the page say about it.
        usable: whether it is the student's notebook.
    """

    notebook: NotebookNode
    remarks: tuple[str, ...] = ()
    usable: bool = True


def students(coursedir: CourseDirectory) -> dict[str, Path]:
    """Return the folders of those who handed the assignment in, by student; whatever lies in them."""
    submitted, assignment = coursedir.submitted_directory, coursedir.assignment_id
    form = coursedir.format_path(submitted, "(?P<student>.*)", "(?P<assignment>.*)", escape=True)
    literal = coursedir.format_path(submitted, coursedir.student_id, assignment)
    pattern = coursedir.format_path(submitted, coursedir.student_id, glob.escape(assignment))
    folders = [literal] if os.path.isdir(literal) else glob.glob(pattern, include_hidden=True)
    excluded = {name for name in coursedir.student_id_exclude.split(",") if name}
    found = {}
    for folder in sorted(folders):
        match = re.fullmatch(form, folder, re.DOTALL)
        if match and os.path.isdir(folder) and match["student"] not in excluded:
            found[match["student"]] = Path(folder)
    return found


def hand_in(student: str, folder: Path) -> HandedIn:
    """Read a student's folder, within bounds."""
    files, left_out = read_files(folder)
    digest = hashlib.sha256()
    for path, content in files.items():
        digest.update(f"{len(path)} {len(content)} {path}".encode("utf-8", "surrogateescape"))
        digest.update(content)
    digest.update("\n".join(left_out).encode("utf-8", "surrogateescape"))
    return HandedIn(student, files, tuple(left_out), digest.hexdigest())


def find_notebooks(
    handed_in: HandedIn, released: Mapping[str, Iterable[str]]
) -> tuple[dict[str, Found], tuple[str, ...]]:
    """Find the assignment's notebooks among the files.

    Args:
        handed_in: the files.
        released: for each notebook's name the names of its cells (grade ids).

    Returns:
        What was found under each name, and remarks on files that are nobody's.
    """
    found: dict[str, Found] = {}
    taken: set[str] = set()
    for name in released:
        exact = f"{name}.ipynb"
        if exact in handed_in.files:
            taken.add(exact)
            found[name] = _read(exact, handed_in.files[exact])
    others = [p for p in handed_in.files if p not in taken and p.endswith(_LIKE_NOTEBOOKS)]
    for name, cells in released.items():
        if name in found:
            continue
        candidates = {p: one for p in others if p not in taken if (one := _try(p, handed_in))}
        path = max(candidates, key=lambda p: _likeness(candidates[p], name, cells), default="")
        if path and (_likeness(candidates[path], name, cells) > 0):
            taken.add(path)
            remark = f"the notebook {name} was handed in as {path}"
            found[name] = Found(candidates[path], (remark,))
        elif handed_in.files or handed_in.remarks or len(released) == 1:
            found[name] = _nothing(name, handed_in)
    remarks = tuple(
        f"{path} is no notebook of this assignment"
        for path in others
        if path not in taken and path.endswith(".ipynb")
    )
    return found, remarks


def _read(path: str, content: bytes) -> Found:
    try:
        return Found(read_notebook(content))
    except UnreadableError as error:
        remark = f"{path} could not be read, so nothing in it was marked: {error}"
        return Found(_page(remark), (remark,), usable=False)


def _try(path: str, handed_in: HandedIn) -> NotebookNode | None:
    try:
        return read_notebook(handed_in.files[path])
    except UnreadableError:
        return None


def _nothing(name: str, handed_in: HandedIn) -> Found:
    files = sorted(set(handed_in.files) - _BESIDE)
    there = f"; what was handed in: {', '.join(files[:10])}" if files else ""
    remark = f"no notebook {name} was handed in{there}"
    return Found(_page(remark), (remark,), usable=False)


def _page(words: str) -> NotebookNode:
    safe = re.sub(r"([\\`*_{}\[\]()<>#!|&$~])", r"\\\1", words)
    return new_notebook(cells=[new_markdown_cell(f"**{safe[:1].upper()}{safe[1:]}.**")])


def _likeness(notebook: NotebookNode, name: str, cells: Iterable[str]) -> int:
    """Count what speaks for a notebook being the released one: its cells' names, and the lesson it asks for."""
    known = set(cells)
    own = 0
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader")
        own += isinstance(metadata, dict) and str(metadata.get("grade_id")) in known
    asked = {one.rpartition(".")[2] for one in lessons_named(notebook)}
    return 2 * own + (name in asked or name[3:] in asked)


def lessons_named(notebook: NotebookNode) -> set[str]:
    """Return the lessons whose checks a notebook asks for, by package or id."""
    return set(lessons_asked(notebook.cells))


def fingerprint_of(path: Path, key: str) -> tuple[str, dict]:
    """Return which files a marked notebook was made from, and what is written in it about its marking.

    Both are empty where it was not marked to its end.
    """
    try:
        marking = json.loads(path.read_text(encoding="utf-8"))["metadata"][key]
        return str(marking["handed_in"]), marking
    except (OSError, ValueError, KeyError, TypeError):
        return "", {}
