"""What is wrong with a notebook that is to be released: each fault in a sentence that says what to do."""

import ast
import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from nbformat.notebooknode import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from helpers.grading.checkcells import (
    USUAL,
    lessons_asked,
    lessons_bound,
    mentions,
    names_of_checks,
    read_check,
)


def duplicates(notebook: NotebookNode) -> list[str]:
    """Return a sentence for each grade id that more than one cell has."""
    places: dict[str, list[int]] = {}
    for number, cell in enumerate(notebook.cells, 1):
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell):
            name = cell.metadata["nbgrader"].get("grade_id")
            places.setdefault(str(name), []).append(number)
    return [
        f"the grade id {name!r} stands in cells {_and(map(str, numbers))}: give all but one of them "
        "another id, for instance with Create Assignment in JupyterLab"
        for name, numbers in places.items()
        if len(numbers) > 1
    ]


def faults_of_checks(notebook: NotebookNode, name: str) -> list[str]:
    """Return a sentence for each check cell that could not be marked as it is meant.

    Args:
        notebook: as it is entered into the gradebook.
        name: its file's name, which says the lesson where the notebook does not.
    """
    from helpers.lessons import lesson, lesson_ids  # imports torch

    lessons, found = {}, []
    bound, asked = lessons_bound(notebook.cells), lessons_asked(notebook.cells)
    for one in asked or ([name] if name in lesson_ids() else []):
        try:
            lessons[one] = {check.name: check.exercise for check in lesson(one)}
        except LookupError as error:
            if "." not in one or one.startswith(
                "helpers.lessons."
            ):  # any package may have a `check`
                found.append(f"{_where_asked(notebook, one)} asks for the checks of {one}: {error}")
        except Exception as error:
            found.append(f"the lesson {one} cannot be loaded: {type(error).__name__}: {error}")
    if not lessons:
        return found
    if not asked:
        bound = {USUAL: name}
    exercises = {n: lessons[one] for n, one in bound.items() if one in lessons}
    names = names_of_checks(notebook.cells) | set(bound)
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell):
            place = f"cell {number} ({cell.metadata['nbgrader'].get('grade_id')!r})"
            found += [f"{place} {fault}" for fault in _faults_of(cell, exercises, names)]
    return found


def _faults_of(
    cell: NotebookNode, exercises: Mapping[str, Mapping], names: frozenset[str]
) -> Iterator[str]:
    """Find what is wrong with a graded cell; `exercises` by the name of a lesson's checks, then by their own."""
    try:
        tree = ast.parse(cell.source)
    except (SyntaxError, ValueError):
        words = set(re.findall(r"\w+", cell.source))
        for name in sorted(names & words):
            yield f"uses {name} and is no plain Python: leave nothing in it but {name}.EXERCISE()"
        return
    used = mentions(tree, names)
    if not used:
        return
    readings = [(n, call) for n in exercises if (call := read_check(cell.source, n))]
    if not readings:
        name = next(iter(sorted(used & set(exercises))), next(iter(exercises), USUAL))
        yield from _why_unread(tree, name, used - set(exercises))
        return
    name, (exercise, _, _) = readings[0]
    if exercise not in exercises[name]:
        near = difflib.get_close_matches(exercise, exercises[name], 1)
        hint = f": did you mean {name}.{near[0]}()?" if near else ""
        yield f"checks {exercise!r}, which is no exercise of the lesson{hint or ': declare it, or mend the name'}"
        return
    points, declared = cell.metadata["nbgrader"].get("points"), exercises[name][exercise].points
    if not isinstance(points, int | float) or abs(points - declared) > 1e-9:
        yield f"is worth {points} points, the exercise {exercise} {declared:g}: make them the same"


def _why_unread(tree: ast.Module, name: str, others: set[str]) -> Iterator[str]:
    """Say why a cell that uses checks is not one call of one check."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    checks = [
        (c, c.func.attr)
        for c in calls
        if isinstance(c.func, ast.Attribute) and mentions(c.func, {name})
    ]
    exercises = Counter(exercise for _, exercise in checks)
    if others:
        yield (
            f"reaches a check by {_and(sorted(others))}, which the marker does not follow: write "
            f"from helpers.lessons.TOPIC import {name} in a cell of its own and {name}.EXERCISE() here"
        )
    elif len(exercises) > 1:
        yield f"checks {_and(sorted(exercises))}: give each a cell and points of its own"
    elif any(not isinstance(a, ast.Name) for c, _ in checks for a in c.args):
        yield (
            f"gives {name}.{next(iter(exercises))} something that is no name: put the answer under a name in "
            "a cell before, and write that name here"
        )
    else:
        yield (
            f"has more in it than a check, so it would not be judged by the marker: leave {name}.EXERCISE() "
            "alone in it, and put the rest into a cell of its own"
        )


def _where_asked(notebook: NotebookNode, lesson: str) -> str:
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and lesson in cell.source:
            return f"cell {number}"
    return "the notebook"


def _and(words: Iterable[str]) -> str:
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
