"""Proofs of a lesson's notebook: it fits the declarations, runs, and gives nothing away when it is released."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError
from nbformat.notebooknode import NotebookNode

from helpers.checks import Lesson
from helpers.checks.exercise import Exercise
from helpers.lessons.places import VARIABLE, Course, folders
from helpers.notebooks import execute
from helpers.proofs.report import Shortfall, Trial

_SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)
_SHORT = 12  # signs: a line with fewer is no answer that could be recognised
_MARKS = ("### BEGIN", "### END", "hidden=True")


def checked(name: str) -> str:
    """Return what stands in the check cell of an exercise."""
    return (
        f"check.{name}()\n### BEGIN HIDDEN TESTS\ncheck.{name}(hidden=True)\n### END HIDDEN TESTS"
    )


def read(lesson: Lesson, course: Course) -> NotebookNode | Shortfall:
    """Return a lesson's notebook with answers, or what is wrong with the file."""
    file = course.notebook(lesson.id)
    if not file.is_file():
        return Shortfall(lesson.id, f"there is no notebook; it is looked for at {file}")
    try:
        return nbformat.read(file, as_version=4)
    except Exception as error:  # whatever a file may hold
        return Shortfall(
            lesson.id, f"{file} is no notebook that can be read: {type(error).__name__}"
        )


def cells_fit(lesson: Lesson, notebook: NotebookNode) -> Iterator[Trial]:
    """The notebook imports the lesson; each exercise has its cells, with the points that are declared."""
    says = f"no cell says `from {lesson.package} import check`"
    yield _trial(_imports(notebook, lesson.package), lesson.id, says)
    graded = [c for c in notebook.cells if _of(c).get("grade_id")]
    ids = [_of(c)["grade_id"] for c in graded]
    for twice in sorted({one for one in ids if ids.count(one) > 1}):
        yield _trial(False, lesson.id, f"two cells have the grade_id {twice!r}")
    cells = dict(zip(ids, graded, strict=True))
    for check in lesson:
        yield from _exercise_fits(lesson.id, check.name, check.exercise.points, cells)
        yield from _rules_are_told(check.exercise, notebook)
    known = {f"{check.name}_check" for check in lesson}
    for name, cell in cells.items():
        if name.endswith("_check") and cell.cell_type == "code" and name not in known:
            says = "this cell checks an exercise that the lesson does not have"
            yield _trial(False, lesson.id, says, name)
    for name, cell in cells.items():
        if cell.cell_type == "markdown" and _of(cell).get("grade"):
            says = "a question that is marked by a person wants points above 0"
            yield _trial(bool(_of(cell).get("points")), lesson.id, says, name)


def _exercise_fits(
    lesson: str, name: str, points: float, cells: dict[str, NotebookNode]
) -> Iterator[Trial]:
    where = f"{lesson}/{name}"
    solution, check = cells.get(name), cells.get(f"{name}_check")
    if solution is None or not _of(solution).get("solution"):
        says = f'there is no solution cell; it wants the nbgrader metadata "grade_id": "{name}", "solution": true'
        yield _trial(False, where, says)
    else:
        says = "the solution cell has no `### BEGIN SOLUTION` … `### END SOLUTION`: the answer would be released"
        yield _trial(bool(_SOLUTION.search(solution.source)), where, says, solution.source)
    if check is None:
        says = f'there is no check cell; it wants "grade_id": "{name}_check", and says\n{checked(name)}'
        yield _trial(False, where, says)
        return
    said = _of(check).get("points")
    says = (
        f'the check cell has {said} points and the declaration {points:g}; set "points": {points:g}'
    )
    yield _trial(said == points, where, says)
    locked = bool(_of(check).get("grade") and _of(check).get("locked"))
    yield _trial(locked, where, 'the check cell wants "grade": true and "locked": true')
    says = f"the check cell is to say\n{checked(name)}"
    yield _trial(check.source == checked(name), where, says, check.source)


def _rules_are_told(exercise: Exercise, notebook: NotebookNode) -> Iterator[Trial]:
    """What is closed, and whether gradients count, stands in the text between the exercise before and the solution."""
    text: list[str] = []
    for cell in notebook.cells:
        if _of(cell).get("grade_id") == exercise.name:
            break
        text = [*text, cell.source] if not _of(cell).get("grade_id") else []
    told = " ".join(" ".join(text).split())
    for rule in exercise.rules:
        says = "a rule has no sentence for the notebook: `forbid(..., rule=...)`"
        if rule:
            says = f"the text above the solution cell has to say: {rule}"
        yield _trial(bool(rule) and rule in told, exercise.id, says)


def source_runs(lesson: Lesson, notebook: NotebookNode, folder: Path) -> Iterator[Trial]:
    """The notebook with answers runs to its end, and each of its answers reaches all points.

    Args:
        folder: where it lies; it is run in a copy.
    """
    ran = _ran(lesson.id, notebook, folder)
    yield Trial("runs of notebooks", ran if isinstance(ran, Shortfall) else None)
    if not isinstance(ran, Shortfall):
        yield from answers_reach_all_points(lesson, ran)


def answers_reach_all_points(lesson: Lesson, ran: NotebookNode) -> Iterator[Trial]:
    """Each answer of the notebook with answers reached all points, as its outputs say."""
    for name, cell in _checks(ran).items():
        said, points = _result(cell, "text/plain"), _of(cell).get("points")
        reached = said.replace(".", "", 1).isdigit() and float(said) == points
        says = f"the notebook's own answer reaches {said or 'no'} of {points} points"
        yield _trial(reached, f"{lesson.id}/{name}", says, "", _card(cell))


def learners_edition_runs(
    lesson: Lesson, notebook: NotebookNode, released: NotebookNode, folder: Path
) -> Iterator[Trial]:
    """The learner edition holds no answer, and runs to its end with every card saying "Not attempted".

    Args:
        notebook: the one with answers. released: the learner edition made of it, which lies in `folder`.
    """
    yield from _gives_nothing_away(lesson.id, notebook, released)
    ran = _ran(f"{lesson.id} as released", released, folder)
    yield Trial("runs of notebooks", ran if isinstance(ran, Shortfall) else None)
    if isinstance(ran, Shortfall):
        return
    for name, cell in _checks(ran).items():
        attempted = "Not attempted" not in _result(cell, "text/html")
        says = "the untouched learner edition does not say “Not attempted”: does the stub give something away?"
        yield _trial(not attempted, f"{lesson.id}/{name}", says, "", _card(cell))


def _gives_nothing_away(
    lesson: str, notebook: NotebookNode, released: NotebookNode
) -> Iterator[Trial]:
    text = "\n".join(c.source for c in released.cells)
    for mark in _MARKS:
        yield _trial(mark not in text, lesson, f"the learner edition holds {mark!r}")
    # What learners read elsewhere in the notebook, a signature or an example, is no secret.
    told = "\n".join(_SOLUTION.sub("", c.source) for c in notebook.cells if not _is_answer(c))
    shown = set(map(str.strip, text.splitlines()))
    for cell in notebook.cells:
        parts = [cell.source] if _is_answer(cell) else _SOLUTION.findall(cell.source)
        lines = [line.strip() for part in parts for line in part.splitlines()]
        given = [
            line
            for line in lines
            if len(line) >= _SHORT and line in shown and line not in told.replace("# ", "")
        ]
        if parts:
            says = "the learner edition holds a line of the answer"
            yield _trial(
                not given, f"{lesson}/{_of(cell).get('grade_id', cell.id)}", says, *given[:1]
            )
    says = "the learner edition holds outputs"
    yield _trial(not any(c.get("outputs") for c in released.cells), lesson, says)


def released(lesson: str, course: Course, folder: Path) -> NotebookNode | Shortfall:
    """Make the learner edition in `folder`, with the course's own settings; nothing in the course is changed.

    Returns:
        the notebook, at `folder/<lesson>/<lesson>.ipynb` with the files that go with it; or what nbgrader says.
    """
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", lesson]
    command += ["--create", "--force", "--log-level=WARN"]
    command += [f"--CourseDirectory.release_directory={folder}"]
    command += [f"--CourseDirectory.db_url=sqlite:///{folder}/gradebook.db"]
    # nbgrader calls `alembic` by name, which lies beside this Python whether or not that is activated.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command, cwd=course.root, env=os.environ | {"PATH": path}, capture_output=True, text=True
    )
    file = folder / lesson / f"{lesson}.ipynb"
    if done.returncode or not file.is_file():
        says = "nbgrader does not release this notebook"
        return Shortfall(lesson, says, shown=(done.stdout + done.stderr).strip()[-2000:])
    return nbformat.read(file, as_version=4)


def prove_editions(lesson: Lesson, course: Course, *, stored: bool = False) -> Iterator[Trial]:
    """Carry out every proof of a lesson's notebook.

    Args:
        stored: believe the outputs that are stored in the notebook with answers, and do not run it: for tests beside
            which nbval compares them with those of a run.
    """
    notebook = read(lesson, course)
    if isinstance(notebook, Shortfall):
        yield Trial("notebooks", notebook)
        return
    yield Trial("notebooks")
    yield from cells_fit(lesson, notebook)
    if stored:
        yield from answers_reach_all_points(lesson, notebook)
    else:
        yield from source_runs(lesson, _copy(notebook), course.notebook(lesson.id).parent)
    with tempfile.TemporaryDirectory() as name:
        edition = released(lesson.id, course, Path(name))
        if isinstance(edition, Shortfall):
            yield Trial("releases", edition)
            return
        yield Trial("releases")
        yield from learners_edition_runs(lesson, notebook, edition, Path(name) / lesson.id)


def _ran(where: str, notebook: NotebookNode, folder: Path) -> NotebookNode | Shortfall:
    """Run a notebook in a copy of its folder."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        # The copy lies in no course, so the kernel is told where the course's own lessons are.
        own = {VARIABLE: os.pathsep.join(map(str, folders()))}
        try:
            return execute(notebook, copy, env=own)
        except CellExecutionError as error:
            last = str(error).strip().splitlines()[-1]
            return Shortfall(where, "the notebook stops with an error", _failed(notebook), last)
        except (RuntimeError, TimeoutError) as error:
            return Shortfall(where, f"the notebook cannot be run: {error}")


def _failed(notebook: NotebookNode) -> str:
    """Return the cell that ended a run."""
    ended = [
        c
        for c in notebook.cells
        if any(o.output_type == "error" for o in c.get("outputs", ()))
        and "raises-exception" not in c.metadata.get("tags", ())
    ]
    return ended[-1].source if ended else ""


def _imports(notebook: NotebookNode, package: str) -> bool:
    for cell in notebook.cells:
        try:
            tree = ast.parse(cell.source if cell.cell_type == "code" else "")
        except SyntaxError:  # a line with % or !
            continue
        imports = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
        if any(n.module == package and "check" in {a.name for a in n.names} for n in imports):
            return True
    return False


def _trial(holds: bool, where: str, says: str, answer: str = "", shown: str = "") -> Trial:
    return Trial("facts of notebooks", None if holds else Shortfall(where, says, answer, shown))


def _of(cell: NotebookNode) -> dict:
    return cell.metadata.get("nbgrader", {})


def _is_answer(cell: NotebookNode) -> bool:
    """Say whether a cell is an answer in words, which is released without its text."""
    return cell.cell_type == "markdown" and bool(_of(cell).get("solution"))


def _checks(notebook: NotebookNode) -> dict[str, NotebookNode]:
    graded = {_of(c)["grade_id"]: c for c in notebook.cells if _of(c).get("grade")}
    return {n.removesuffix("_check"): c for n, c in graded.items() if c.cell_type == "code"}


def _result(cell: NotebookNode, kind: str) -> str:
    results: Sequence[NotebookNode] = [
        o for o in cell.get("outputs", ()) if o.output_type == "execute_result"
    ]
    return str(results[-1].data.get(kind, "")) if results else ""


def _card(cell: NotebookNode) -> str:
    """Return what a check's card says, without its markup."""
    words = re.sub(r"<style.*?</style>|<[^>]*>", " ", _result(cell, "text/html"), flags=re.S)
    return re.sub(r"\s+", " ", words).strip()[:600]


def _copy(notebook: NotebookNode) -> NotebookNode:
    return nbformat.from_dict(nbformat.from_dict(notebook))
