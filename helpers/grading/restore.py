"""Bring a submission back to the form in which it was released, so that no cell of it can stop the marking."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_solution

from helpers.grading.checkcells import ASKED, lessons_bound
from helpers.grading.executed import COURSES_OWN, SKIP_TAG
from helpers.grading.intake import lessons_named
from helpers.grading.matching import (
    Place,
    is_answered_elsewhere,
    missing_but_needed,
    place_for,
    recognised,
    text_of,
    written_into,
)
from helpers.grading.pages.pictures import attached

REMARKS = "course_remarks"
"""The notebook's metadata under this name say, until it is run, what had to be put right."""

PUT_BACK = "*The next cell was missing from the submission. It was put back for marking.*"


@dataclass(frozen=True)
class Released:
    """A cell as the gradebook knows it: what it is worth and what it said when it was released."""

    cell_type: str
    source: str
    metadata: dict


class RestoreCells(NbGraderPreprocessor):
    """Puts right what a learner may have done to nbgrader's cells; stands in place of `DeduplicateIds`.

    - Metadata (points, kind of cell, ids) are those of the gradebook, whatever the submission says.
    - Of a copied cell one copy counts: the first that the learner worked on, else the first.
    - A cell that lost its metadata is recognised by its id, its text, what it defines or the question above it.
    - A cell that was turned into another type gets its own type again.
    - A deleted cell is put back as it was released, after the one that it followed; an answer's cell stays empty
      where another cell holds the answer. So is a deleted cell of the course's own that something needs.
    - What was written into a locked cell of a lesson stands in a cell of its own above it.

    What was done is told in the notebook's metadata under `REMARKS`. nbgrader's `OverwriteCells` comes after this
    and gives the locked cells their own source again.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Restore the cells of one submitted notebook.

        Raises:
            ValueError: there is a symbolic link in the submission.
        """
        names = resources["nbgrader"]
        coursedir = self.parent.parent.coursedir
        _refuse_links(coursedir, names)
        with Gradebook(names["db_url"]) as gradebook:
            notebook = gradebook.find_notebook(names["notebook"], names["assignment"])
            released = _released(notebook)
        source = _source(coursedir, names)
        remarks: list[str] = []
        kept = self._keep_one_of_each(nb.cells, released)
        for number, cell in enumerate(nb.cells):
            name = _name(cell)
            if "nbgrader" in cell.metadata and (name is None or kept.get(name) is not cell):
                self.log.warning("a cell that was not released, or a copy, earns nothing: %r", name)
                del nb.cells[number].metadata["nbgrader"]
        remarks += _recognise(nb.cells, kept, released, source)
        numbers = {id(cell): number for number, cell in enumerate(nb.cells)}
        for name, cell in kept.items():
            nb.cells[numbers[id(cell)]] = _as_released(cell, released[name])
        if lessons_named(NotebookNode(cells=source)):
            _keep_what_was_written(nb, released)
        strip(nb, source)
        order = _order(source, released)
        missing = [name for name in order if name not in kept]
        for name in missing:
            _put_back(nb, name, released[name], order)
        if missing:
            remarks.append(f"missing, and put back: {_listed(missing)}")
        remarks += _put_back_what_is_needed(nb, source)
        nb.metadata[REMARKS] = remarks
        return nb, resources

    def _keep_one_of_each(
        self, cells: list[NotebookNode], released: dict[str, Released]
    ) -> dict[str, NotebookNode]:
        kept: dict[str, NotebookNode] = {}
        for cell in cells:
            name = _name(cell)
            if name not in released:
                continue
            before = kept.get(name)
            if before is None or (
                _is_untouched(before, released[name]) and not _is_untouched(cell, released[name])
            ):
                kept[name] = cell
        return kept


def _name(cell: NotebookNode) -> str | None:
    metadata = cell.metadata.get("nbgrader")
    name = metadata.get("grade_id") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else None


def _released(notebook) -> dict[str, Released]:
    """Read the cells of a notebook out of the gradebook."""
    points = {c.name: c.max_score for c in (*notebook.grade_cells, *notebook.task_cells)}
    grade = {c.name for c in notebook.grade_cells}
    solution = {c.name for c in notebook.solution_cells}
    task = {c.name for c in notebook.task_cells}
    cells = {}
    for cell in notebook.source_cells:
        metadata = {
            "schema_version": 3,
            "grade_id": cell.name,
            "grade": cell.name in grade,
            "solution": cell.name in solution,
            "task": cell.name in task,
            "locked": cell.locked,
            "checksum": cell.checksum,
            "cell_type": cell.cell_type,
        }
        if cell.name in points:
            metadata["points"] = points[cell.name]
        cells[cell.name] = Released(cell.cell_type, cell.source, metadata)
    return cells


def _as_released(cell: NotebookNode, released: Released) -> NotebookNode:
    if cell.cell_type != released.cell_type:
        make = new_code_cell if released.cell_type == "code" else new_markdown_cell
        cell = make(cell.source, id=cell.get("id", ""), metadata=cell.metadata)
    cell.metadata["nbgrader"] = NotebookNode(released.metadata)
    return cell


def _is_untouched(cell: NotebookNode, released: Released) -> bool:
    if released.metadata["locked"]:
        return True
    as_released = _as_released(copy.deepcopy(cell), released)
    return compute_checksum(as_released) == released.metadata["checksum"]


def _refuse_links(coursedir: CourseDirectory, names: dict) -> None:
    """Refuse a submission with links: they could lead to the work of others or to the gradebook."""
    submitted = coursedir.submitted_directory
    folder = Path(coursedir.format_path(submitted, names["student"], names["assignment"]))
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            raise ValueError(f"{path.name} is a symbolic link; a submission may hold none")


def _source(coursedir: CourseDirectory, names: dict) -> list[NotebookNode]:
    """Return the cells of the lesson's source."""
    folder = coursedir.format_path(coursedir.source_directory, ".", names["assignment"])
    path = Path(folder) / f"{names['notebook']}.ipynb"
    return nbformat.read(path, as_version=4).cells if path.exists() else []


def _own(source: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a lesson that have no name: no answer, no check."""
    return [cell for cell in source if _name(cell) is None]


def _place(name: str, released: Released, source: list[NotebookNode]) -> Place:
    at = next((n for n, c in enumerate(source) if _name(c) == name), None)
    before = source[at - 1] if at else None
    after = None if before is None else _name(before)
    return Place(
        name,
        released.cell_type,
        released.source,
        cell_id="" if at is None else source[at].get("id", ""),
        locked=bool(released.metadata["locked"]),
        solution=bool(released.metadata["solution"]),
        question="" if before is None or after else text_of(before.source),
        after=after or "",
    )


def _recognise(
    cells: list[NotebookNode],
    kept: dict[str, NotebookNode],
    released: dict[str, Released],
    source: list[NotebookNode],
) -> list[str]:
    """Find cells whose metadata were lost; adds them to `kept`, and returns what is to be said of it."""
    places = [_place(n, released[n], source) for n in _order(source, released) if n not in kept]
    if not places:
        return []
    own = {(c.cell_type, text_of(c.source)) for c in _own(source)}
    free = [
        n
        for n, c in enumerate(cells)
        if _name(c) is None and (c.cell_type, text_of(c.source)) not in own
    ]
    known = {name: n for n, c in enumerate(cells) if (name := _name(c)) is not None}
    found = recognised(cells, free, places, known)
    kept |= {name: cells[index] for name, index in found.items()}
    if not found:
        return []
    return [f"without nbgrader's metadata, but recognised: {_listed(list(found))}"]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5} more cells" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _keep_what_was_written(nb: NotebookNode, released: dict[str, Released]) -> None:
    """Give what a student wrote into locked cells a cell of its own."""
    cells = []
    for cell in nb.cells:
        name = _name(cell)
        if name is not None and cell.cell_type == "code" and released[name].metadata["locked"]:
            place = Place(name, "code", released[name].source)
            if text_of(cell.source) != place.shown and (own := written_into(cell.source, place)):
                cells.append(new_code_cell(own))
        cells.append(cell)
    nb.cells = cells


def strip(nb: NotebookNode, source: list[NotebookNode]) -> None:
    """Leave of the metadata what nbgrader needs, and mark the cells that stand as the course wrote them."""
    nb.metadata = NotebookNode({"language_info": {"name": "python"}})
    asked = lessons_bound(source)
    if asked:  # a student may have written another one
        nb.metadata[ASKED] = asked
    own = {(c.cell_type, c.source): c for c in source if not is_solution(c)}
    named = {_name(c): c for c in source if _name(c) is not None}
    for cell in nb.cells:
        kept = {"nbgrader": cell.metadata["nbgrader"]} if "nbgrader" in cell.metadata else {}
        pictures: Mapping | None = attached(cell.pop("attachments", None))
        same = None if is_solution(cell) else own.get((cell.cell_type, cell.source))
        if same is not None:
            kept[COURSES_OWN] = True
            pictures = same.get("attachments")
        tags = _tags(same if same is not None else named.get(_name(cell)))
        if tags:
            kept["tags"] = tags
        cell.metadata = NotebookNode(kept)
        if pictures and cell.cell_type == "markdown":
            cell.attachments = NotebookNode(pictures)


def _tags(cell: NotebookNode | None) -> list[str]:
    """Return the tags by which a teacher says how a cell is run."""
    tags = [] if cell is None else cell.metadata.get("tags", [])
    return [tag for tag in tags if tag == SKIP_TAG]


def _order(source: list[NotebookNode], released: dict[str, Released]) -> list[str]:
    """Return the names in the order of the lesson's source; the gradebook keeps none."""
    known = [_name(cell) for cell in source]
    return [n for n in known if n in released] + sorted(set(released) - set(known))


def _put_back(nb: NotebookNode, name: str, released: Released, order: list[str]) -> None:
    place = Place(name, released.cell_type, released.source)
    empty = released.metadata["solution"] and is_answered_elsewhere(
        [c for c in nb.cells if not c.metadata.get(COURSES_OWN)], place
    )
    make = new_code_cell if released.cell_type == "code" else new_markdown_cell
    text = "" if empty else released.source
    cell = make(text, metadata={"nbgrader": NotebookNode(released.metadata)})
    before = order[: order.index(name)]
    at = max((n for n, c in enumerate(nb.cells) if _name(c) in before), default=-1) + 1
    nb.cells[at:at] = [_words(PUT_BACK), cell]


def _put_back_what_is_needed(nb: NotebookNode, source: list[NotebookNode]) -> list[str]:
    """Put back cells of the course's own that something refers to; returns what is to be said of it."""
    remarks = []
    for cell in missing_but_needed(nb.cells, _own(source)):
        at = place_for(cell, nb.cells, source[: source.index(cell)])
        again = new_code_cell(cell.source, metadata={COURSES_OWN: True})
        if cell.get("id") not in {c.get("id") for c in nb.cells}:
            again.id = cell.get("id", again.id)
        tags = _tags(cell)
        if tags:
            again.metadata["tags"] = tags
        nb.cells[at:at] = [_words(PUT_BACK), again]
        first = next((line for line in cell.source.splitlines() if line.strip()), "")
        remarks.append(f"missing, and put back: the cell that begins with {first[:40]!r}")
    return remarks


def _words(text: str) -> NotebookNode:
    return new_markdown_cell(text, metadata={COURSES_OWN: True})
