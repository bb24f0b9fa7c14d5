"""Mark a lesson's notebook: choose the inputs of each check, and judge what came back.

Everything here happens in the marker's own process. Of the student's process nothing counts but records,
which are plain data, judged against the declaration's own answers.
"""

import ast
import json
import random
import symtable
from collections.abc import Iterator
from dataclasses import dataclass

from IPython.core.inputtransformer2 import TransformerManager
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from helpers.checks import lesson
from helpers.checks.exercise import Exercise
from helpers.checks.judge import NOT_A_RECORD, judge
from helpers.checks.verdict import Requirement, Verdict
from helpers.grading.pages import CARD
from helpers.grading.runner import Executed, Probe


@dataclass(frozen=True)
class Checked:
    """A graded cell that is a check of the lesson: what it checks, and the plan made for it."""

    exercise: Exercise
    name: str
    hidden: bool
    plan: dict

    @property
    def probe(self) -> Probe:
        """What the student's process is asked to do."""
        return Probe(json.dumps(self.plan), self.name)


def find_checks(notebook: NotebookNode, lesson_id: str) -> dict[int, Checked]:
    """Return the graded cells that are checks of the lesson, by index, each with fresh inputs.

    The cells must have their released source and metadata again (`RestoreCells`, `OverwriteCells`). Other
    graded cells are not in the result: they are run as nbgrader does.
    """
    try:
        checks = lesson(lesson_id)
    except LookupError:
        return {}
    found = {}
    for index, cell in enumerate(notebook.cells):
        metadata = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not metadata.get("grade") or metadata.get("solution"):
            continue
        call = read_check(cell.source)
        if call and call[0] in dir(checks):
            exercise = getattr(checks, call[0]).exercise
            seed = random.SystemRandom().randrange(2**31)
            found[index] = Checked(exercise, call[1], call[2], exercise.plan(seed))
    return found


def read_check(source: str) -> tuple[str, str, bool] | None:
    """Read a check's cell: the exercise, the name of the answer, and whether inputs are to be hidden.

    Returns None where the cell is anything but calls of one check.
    """
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    calls = [_read_call(s) for s in statements]
    if not calls or None in calls or len({c[:2] for c in calls}) != 1:
        return None
    return (*calls[-1][:2], any(c[2] for c in calls))


def _read_call(statement: ast.stmt) -> tuple[str, str, bool] | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return None
    if not (isinstance(call.func.value, ast.Name) and call.func.value.id == "check"):
        return None
    name, hidden = call.func.attr, False
    if len(call.args) > 1 or not all(isinstance(a, ast.Name) for a in call.args):
        return None
    for keyword in call.keywords:
        if keyword.arg != "hidden" or not isinstance(keyword.value, ast.Constant):
            return None
        hidden = bool(keyword.value.value)
    return name, call.args[0].id if call.args else name, hidden


def judge_checks(executed: Executed, checks: dict[int, Checked]) -> None:
    """Write the verdict on each check into its cell: points as text, the card as HTML."""
    program = Program(executed.notebook, set(checks))
    for index, checked in checks.items():
        text = executed.records.get(index)
        verdict = _judge(checked, text, program, executed)
        cell = executed.notebook.cells[index]
        most = float(cell.metadata["nbgrader"]["points"])
        data = {"text/plain": repr(min(verdict.points, most)), "text/html": verdict._repr_html_()}
        cell.outputs = [new_output("execute_result", data=data, execution_count=None)]
        cell.execution_count = None
        cell.metadata[CARD] = True


def _judge(checked: Checked, text: str | None, program: "Program", executed: Executed) -> Verdict:
    exercise = checked.exercise
    if text is None:
        return _nothing(exercise, executed.failures)
    try:
        record = json.loads(text)
        if _holds_recipe(record):
            raise ValueError("a record holds no recipes")
        if exercise.wants in ("function", "class") and isinstance(record, dict):
            record["source"] = program.source_of(checked.name)
        verdict = judge(exercise, checked.plan, record, hidden=checked.hidden)
        if verdict.message == NOT_A_RECORD:
            raise ValueError(NOT_A_RECORD)
        return verdict
    except Exception as error:  # only a record that was made up brings the judge to fall
        executed.suspicions.append(f"a damaged record of {checked.name}: {type(error).__name__}")
        return _nothing(exercise, [])


def _nothing(exercise: Exercise, failures: list[str]) -> Verdict:
    requirements = tuple(Requirement(t, 0.0, p) for t, p in exercise.requirements.items())
    words = f"This check was not reached: {failures[0]}." if failures else NOT_A_RECORD
    return Verdict(exercise.name, exercise.ask, "failed", requirements, message=words)


def _holds_recipe(value: object) -> bool:
    """Say whether a record asks for an object to be built, which is for the marker's inputs alone."""
    if isinstance(value, dict):
        return value.get("kind") == "made" or any(map(_holds_recipe, value.values()))
    return isinstance(value, list) and any(map(_holds_recipe, value))


class Program:
    """What the code cells of a notebook define outside of functions.

    A record's own word on the source of a function could be made up, so shortcuts are looked for here.
    """

    def __init__(self, notebook: NotebookNode, but: set[int]) -> None:
        self._defined: dict[str, ast.stmt] = {}
        self._all: list[str] = []
        transform = TransformerManager().transform_cell
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or index in but:
                continue
            try:
                tree = ast.parse(transform(cell.source))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            self._all.append(ast.unparse(tree))
            for statement in _outside_functions(tree.body):
                self._defined.update(dict.fromkeys(_names_given(statement), statement))

    def source_of(self, name: str) -> str | None:
        """Return the source of a function or class with those of the notebook that it uses.

        A name that no cell defines openly gets the whole program: it came about in some hidden way.
        """
        if name not in self._defined:
            return "\n".join(self._all) or None
        wanted, used = [name], []
        for one in wanted:  # grows while it is gone through
            statement = self._defined.get(one)
            if statement is not None and statement not in used:
                used.append(statement)
                wanted += _names_used(statement)
        return "\n\n".join(map(ast.unparse, used))


def _outside_functions(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a block and of the blocks in it, but not those of functions and classes."""
    for statement in body:
        yield statement
        if not isinstance(statement, _DEFINITIONS):
            for name in ("body", "orelse", "finalbody"):
                yield from _outside_functions(getattr(statement, name, []))
            for handler in getattr(statement, "handlers", []):
                yield from _outside_functions(handler.body)


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _names_given(statement: ast.stmt) -> list[str]:
    """Return the names under which a statement makes a function known: a definition, an import, an alias."""
    if isinstance(statement, _DEFINITIONS):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [(a.asname or a.name).split(".")[0] for a in statement.names]
    value = getattr(statement, "value", None)
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or not _is_alias(value):
        return []
    return [n.id for n in ast.walk(statement) if _stored(n)]


def _stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _is_alias(value: ast.expr | None) -> bool:
    """Say whether a value may be a function: another name, a lambda, or what a call wraps around one."""
    if isinstance(value, ast.Tuple):
        return any(map(_is_alias, value.elts))
    if isinstance(value, ast.Call):
        return any(map(_is_alias, value.args))
    return isinstance(value, ast.Name | ast.Attribute | ast.Lambda)


def _names_used(statement: ast.stmt) -> list[str]:
    """Return the global names that a statement refers to, those of its functions included."""
    names = []
    tables = [symtable.symtable(ast.unparse(statement), "?", "exec")]
    for table in tables:  # grows while it is gone through
        tables += table.get_children()
        outermost = table.get_type() == "module"
        symbols = table.get_symbols()
        names += [
            s.get_name() for s in symbols if s.is_referenced() and (outermost or s.is_global())
        ]
    return names
