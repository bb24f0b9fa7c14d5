"""Bring a submission back to the form in which it was released, so that no cell of it can stop the marking."""

import copy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_solution

from helpers.grading.pages.pictures import attached
from helpers.grading.runner import COURSES_OWN

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
    - A cell that was turned into another type gets its own type again.
    - A deleted cell is put back as it was released, after the one that it followed.

    nbgrader's `OverwriteCells` comes after this and gives the locked cells their own source again.
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
        kept = self._keep_one_of_each(nb.cells, released)
        for number, cell in enumerate(nb.cells):
            name = _name(cell)
            if kept.get(name) is cell:
                nb.cells[number] = _as_released(cell, released[name])
            elif "nbgrader" in cell.metadata:
                self.log.warning("a cell that was not released, or a copy, earns nothing: %r", name)
                del cell.metadata["nbgrader"]
        source = _source(coursedir, names)
        strip(nb, source)
        order = _order(source, released)
        for name in order:
            if name not in kept:
                self.log.warning("cell %r was deleted; it is put back", name)
                _put_back(nb, name, released[name], order)
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


def strip(nb: NotebookNode, source: list[NotebookNode]) -> None:
    """Leave of the metadata what nbgrader needs, and mark the cells that stand as the course wrote them."""
    nb.metadata = NotebookNode({"language_info": {"name": "python"}})
    own = {(c.cell_type, c.source): c.get("attachments") for c in source if not is_solution(c)}
    for cell in nb.cells:
        kept = {"nbgrader": cell.metadata["nbgrader"]} if "nbgrader" in cell.metadata else {}
        pictures = attached(cell.pop("attachments", None))
        if (cell.cell_type, cell.source) in own and not is_solution(cell):
            kept[COURSES_OWN] = True
            pictures = own[cell.cell_type, cell.source]
        cell.metadata = NotebookNode(kept)
        if pictures and cell.cell_type == "markdown":
            cell.attachments = NotebookNode(pictures)


def _order(source: list[NotebookNode], released: dict[str, Released]) -> list[str]:
    """Return the names in the order of the lesson's source; the gradebook keeps none."""
    known = [_name(cell) for cell in source]
    return [n for n in known if n in released] + sorted(set(released) - set(known))


def _put_back(nb: NotebookNode, name: str, released: Released, order: list[str]) -> None:
    make = new_code_cell if released.cell_type == "code" else new_markdown_cell
    cell = make(released.source, metadata={"nbgrader": NotebookNode(released.metadata)})
    before = order[: order.index(name)]
    at = max((n for n, c in enumerate(nb.cells) if _name(c) in before), default=-1) + 1
    nb.cells[at:at] = [new_markdown_cell(PUT_BACK, metadata={COURSES_OWN: True}), cell]
