"""Run lessons from a clean kernel and find them; for contributors, tests and the benchmark.

python -m helpers.notebooks 01_tensors     # run a lesson in solutions/ and keep its outputs
"""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbclient import NotebookClient

from helpers.lessons.places import course

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions"
NOTEBOOKS = ROOT / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def lesson_ids(folder: Path = SOLUTIONS) -> list[str]:
    """Return the ids of the lessons whose notebooks lie in a folder, in order."""
    return sorted(p.parent.name for p in folder.glob("*/*.ipynb") if p.stem == p.parent.name)


def path(lesson: str, folder: Path = SOLUTIONS) -> Path:
    """Return where a lesson's notebook lies."""
    return folder / lesson / f"{lesson}.ipynb"


def execute(
    notebook: nbformat.NotebookNode,
    folder: Path,
    timeout: int = 300,
    env: Mapping[str, str] = MappingProxyType({}),
) -> nbformat.NotebookNode:
    """Run every cell of `notebook` in a fresh kernel, working in `folder`; returns the same object.

    Args:
        timeout: seconds for a cell.
        env: the kernel's environment variables beside those of this process.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell without the tag raises-exception raised.
    """
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,  # how prints fall into messages depends on the moment
        store_widget_state=False,
    )
    with tempfile.TemporaryDirectory() as empty:  # a lesson shows progress: that of this run alone
        progress = {"COURSE_PROGRESS": str(Path(empty) / "progress.json")}
        client.execute(env=os.environ | progress | dict(env))
    return _without_traces(notebook, course(folder).root)


def _without_traces(notebook: nbformat.NotebookNode, root: Path = ROOT) -> nbformat.NotebookNode:
    """Take out what would differ on the next machine or in the next run; `root` is the course's folder."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.traceback = [_without_folders(f, root) for f in output.traceback]
            view = output.get("data", {}).get(WIDGET_VIEW)
            if view:  # a random number, which means nothing once the kernel is gone
                view["model_id"] = cell.id
    return notebook


def _without_folders(text: str, root: Path) -> str:
    """Name files from the package or the course's folder on, not from this machine's root on."""
    text = re.sub(r"/[^\s\x1b]*/site-packages/", "", text)
    return text.replace(f"{root}/", "").replace(f"{ROOT}/", "")


def main(arguments: list[str]) -> None:
    """Run the lessons named (all without a name) and write their outputs into solutions/, that of the course here."""
    sources = course().sources
    for lesson in arguments or lesson_ids(sources):
        where = path(lesson, sources)
        notebook = nbformat.read(where, as_version=4)
        nbformat.write(execute(notebook, where.parent), where)
        print(f"ran {where}")


if __name__ == "__main__":
    main(sys.argv[1:])
