"""Assignments in the manner of other courses, marked by nbgrader alone and by this course's command.

python -m tests.grading.foreign record [ASSIGNMENT ...]   # mark with nbgrader alone, and keep the points
python -m tests.grading.foreign speed ASSIGNMENT [STUDENTS]  # time both, starting included
"""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.utils import is_solution

from helpers.notebooks import ROOT
from tests.grading.course import cell

HERE = Path(__file__).parent / "other_courses"
POINTS = HERE / "points.json"
STUDENTS = ("right", "wrong", "blank", "raising", "broken")
SECONDS = 15
"""That a cell may take."""

_STOCK = f"""
c = get_config()
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
c.Execute.timeout = {SECONDS}
"""
# The same stubs, so that the same blank notebook is marked; and the folders that nbgrader has by itself.
_HERE = f"""
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.db_url = "sqlite:///" + __file__.rpartition("/")[0] + "/gradebook.db"
c.GiveStubs.code_stub = {{"python": "# YOUR CODE HERE\\nraise NotImplementedError()"}}
c.GiveStubs.text_stub = "YOUR ANSWER HERE"
c.Execute.timeout = {SECONDS}
"""
_HEADER = 'c.IncludeHeaderFooter.header = "source/header.ipynb"\n'
_QUICKSTART = {"quickstart": (), "quickstart_autotest": ("--autotest",)}
_REGION = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[^\n]*\n?", re.M)
_CELL = re.compile(r"^# %%(.*)\n", re.M)


def assignments() -> list[str]:
    """Return the names of the assignments: those in the folder, and the two that nbgrader's quickstart makes."""
    folders = (p.name for p in HERE.iterdir() if p.is_dir() and p.name != "__pycache__")
    return sorted([*folders, *_QUICKSTART])


def read(path: Path) -> tuple[NotebookNode, dict[str, str]]:
    """Read a notebook in percent format; returns its source, and the wrong answers by the cell's name."""
    parts = _CELL.split(path.read_text(encoding="utf-8"))[1:]
    cells, wrong = [], {}
    for header, text in zip(parts[::2], parts[1::2], strict=True):
        words = [w for w in header.split() if not w.startswith("tags=")]
        tags = [w.removeprefix("tags=") for w in header.split() if w.startswith("tags=")]
        kind, name = [*words, "", ""][:2]
        text = text.strip("\n")
        if kind == "wrong":
            wrong[name] = text
            continue
        one = _cell(kind, name, float(words[2]) if len(words) > 2 else None, text)
        one.id = f"c{len(cells)}"
        if tags:
            one.metadata["tags"] = tags
        cells.append(one)
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook, wrong


def _cell(kind: str, name: str, points: float | None, text: str) -> NotebookNode:
    text_like = kind in ("text", "task")
    make = new_markdown_cell if text_like else new_code_cell
    if text_like:
        text = re.sub(r"^# ?", "", text, flags=re.M)
    if not name:
        return make(text)
    metadata = {
        "locked": {"locked": True},
        "answer": {"solution": True},
        "test": {"grade": True, "locked": True, "points": points},
        "manual": {"grade": True, "solution": True, "points": points},
        "text": {"grade": True, "solution": True, "points": points},
        "task": {"task": True, "locked": True, "points": points},
    }[kind]
    return cell(make, name, text, **metadata)


def _answered(
    student: str, released: NotebookNode, source: NotebookNode, wrong: dict[str, str]
) -> NotebookNode:
    """Return what a student hands in."""
    notebook = copy.deepcopy(released)
    solved = {_name(c): c.source for c in source.cells if is_solution(c)}
    for one in notebook.cells:
        name = _name(one)
        if name not in solved or student == "blank":
            continue
        one.source = _REGION.sub("", solved[name]).rstrip("\n")
        if one.cell_type == "code":
            if student == "wrong":
                one.source = wrong.get(name, one.source)
            elif student == "raising":
                one.source = "raise RuntimeError('not today')"
            elif student == "broken":
                one.source = "def broken(:\n    return"
    return notebook


def _name(one: NotebookNode) -> str:
    return one.metadata.get("nbgrader", {}).get("grade_id", "")


def run(root: Path, *arguments: str, code: int | None = 0, stock: bool = False) -> str:
    """Run Python in a course's folder, unless `stock` with this project's `helpers`; returns what it said."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    changes = {"PATH": path, "PYTHONPATH": "" if stock else str(ROOT)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=os.environ | changes,
        capture_output=True,
        text=True,
        timeout=1200,
    )
    if code is not None and done.returncode != code:
        raise RuntimeError((done.stdout + done.stderr)[-4000:])
    return done.stdout + done.stderr


def lay_out(root: Path, name: str, stock: bool, students: dict[str, str]) -> None:
    """Make a course of one assignment and release it; `students` by id with what sort they are of."""
    settings = _STOCK if stock else (ROOT / "nbgrader_config.py").read_text() + _HERE
    header = _HEADER if name in _QUICKSTART else ""
    (root / "nbgrader_config.py").write_text(settings + header)
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder)  # what each student has beside the notebook
        every = _quickstart(root, name) if name in _QUICKSTART else _written(root, name, beside)
        run(root, "-m", "nbgrader", "generate_assignment", name, stock=stock)
        for student, sort in students.items():
            place = root / "submitted" / student / name
            shutil.copytree(root / "release" / name, place)
            shutil.copytree(beside, place, dirs_exist_ok=True)
            for stem, (notebook, wrong) in every.items():
                path = place / f"{stem}.ipynb"
                released = nbformat.read(path, as_version=4)
                nbformat.write(_answered(sort, released, notebook, wrong), path)


def _written(root: Path, name: str, beside: Path) -> dict[str, tuple[NotebookNode, dict[str, str]]]:
    """Write the source of an assignment of this folder; returns its notebooks, with wrong answers."""
    folder, source = HERE / name, root / "source" / name
    shutil.copytree(
        folder, source, ignore=shutil.ignore_patterns("*.nb.py", "__pycache__", "of_students")
    )
    if (folder / "of_students").exists():
        shutil.copytree(folder / "of_students", beside, dirs_exist_ok=True)
    every = {p.name.removesuffix(".nb.py"): read(p) for p in sorted(folder.glob("*.nb.py"))}
    for stem, (notebook, _) in every.items():
        nbformat.write(notebook, source / f"{stem}.ipynb")
    return every


def _quickstart(root: Path, name: str) -> dict[str, tuple[NotebookNode, dict[str, str]]]:
    """Have nbgrader make its example; returns its notebooks."""
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), "-m", "nbgrader", "quickstart", "made", *_QUICKSTART[name], stock=True)
        made = Path(folder) / "made"
        shutil.copytree(made / "source/ps1", root / "source" / name)
        shutil.copy(made / "source/header.ipynb", root / "source")
        if (made / "autotests.yml").exists():
            shutil.copy(made / "autotests.yml", root)
    notebooks = sorted((root / "source" / name).glob("*.ipynb"))
    return {p.stem: (nbformat.read(p, as_version=4), {}) for p in notebooks}


def mark(root: Path, name: str, stock: bool, *options: str) -> str:
    """Mark; returns what the command said."""
    if stock:
        return run(root, "-m", "nbgrader", "autograde", name, *options, stock=True)
    return run(root, "-m", "helpers.grading", "autograde", name, *options, code=None)


def points(root: Path, name: str) -> dict[str, dict[str, float | None]]:
    """Return what each student got for each cell, by notebook and cell; None: to be marked by hand."""
    with Gradebook(f"sqlite:///{root}/gradebook.db") as book:
        return {
            s.student.id: {
                f"{n.name}/{g.name}": None if g.needs_manual_grade else g.auto_score
                for n in sorted(s.notebooks, key=lambda n: n.name)
                for g in sorted(n.grades, key=lambda g: g.name)
            }
            for s in book.assignment_submissions(name)
        }


def marked(
    root: Path, name: str, stock: bool, *options: str
) -> tuple[dict[str, dict[str, float | None]], str]:
    """Lay an assignment out in an empty folder and mark it; returns the points, and what was said."""
    lay_out(root, name, stock, {student: student for student in STUDENTS})
    said = mark(root, name, stock, *options)
    return points(root, name), said


def record(*names: str) -> None:
    """Mark assignments with nbgrader alone, and keep the points."""
    kept = json.loads(POINTS.read_text()) if POINTS.exists() else {}
    for name in names or assignments():
        with tempfile.TemporaryDirectory() as folder:
            kept[name], _ = marked(Path(folder), name, stock=True)
        print(name, {s: sum(filter(None, p.values())) for s, p in kept[name].items()}, flush=True)
    kept = {name: kept[name] for name in assignments() if name in kept}
    POINTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


def compare(*names: str) -> None:
    """Mark assignments with this course's command and print what differs from the points that are kept."""
    kept = json.loads(POINTS.read_text())
    for name in names or assignments():
        with tempfile.TemporaryDirectory() as folder:
            found, said = marked(Path(folder), name, stock=False)
        print(said[-2500:])
        cells = differing = 0
        for student, expected in kept[name].items():
            for place, most in expected.items():
                cells += 1
                got = found.get(student, {}).get(place, "none")
                if got != most:
                    differing += 1
                    print(f"  {name} {student} {place}: nbgrader {most}, here {got}")
        print(f"{name}: {cells} cells, {differing} differ", flush=True)


def speed(name: str, number: str = "12") -> None:
    """Time both ways of marking, starting included."""
    students = {f"s{n:03d}": STUDENTS[n % 2] for n in range(int(number))}
    for stock in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            lay_out(Path(folder), name, stock, students)
            start = time.perf_counter()
            mark(Path(folder), name, stock)
            print(
                "nbgrader" if stock else "here", f"{time.perf_counter() - start:.1f} s", flush=True
            )


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"record": record, "compare": compare, "speed": speed}[command](*arguments)
