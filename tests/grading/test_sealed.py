"""No answer reaches a student's process: not of this course's lessons, of a teacher's, or of an installed one.

What is looked for are lines of the declarations' own: of the right answers, of the mistakes, of hints. They are looked
for in the copy that travels, and in all that the sandbox shows of this machine.
"""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers import lessons
from helpers.grading.runner import run
from helpers.grading.sandbox import isolation
from helpers.grading.sandbox.export import export_without_answers
from helpers.grading.sandbox.isolation import Bubblewrap, Limits, why_not
from helpers.grading.sandbox.open_kernel import open_kernel
from helpers.grading.sandbox.provisioner import SandboxKernelManager
from helpers.grading.sandbox.sandbox import Sandbox, Start
from helpers.lessons import registry
from tests.grading.course import LESSONS

needs_sandbox = pytest.mark.skipif(bool(why_not()), reason=why_not())

DECLARED = '''"""Name the right number."""

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
points = 1
reference = 'the-right-answer-of-an-installed-lesson'
mistakes = [mistake("a-mistake-of-an-installed-lesson", "A sentence-of-an-installed-lesson.")]
'''


@pytest.fixture
def installed(tmp_path, monkeypatch, trial):
    """A lesson in a distribution of its own, installed beside Python's packages, with an entry point."""
    prefix = tmp_path / "python"
    site = prefix / "lib/site-packages"
    topic = site / "a_course/a_topic"
    (topic / "exercises").mkdir(parents=True)
    (site / "a_course/__init__.py").write_text("")
    (topic / "__init__.py").write_text(
        "from helpers.checks import Lesson\ncheck = Lesson(__name__, '91_installed', ['number'])\n"
    )
    (topic / "drivers.py").write_text(
        "def shown(x):\n    return 'a-driver-of-an-installed-lesson'\n"
    )
    (topic / "table.csv").write_text("a,b\n1,2\n")
    (topic / "exercises/__init__.py").write_text("")
    (topic / "exercises/number.py").write_text(DECLARED)
    described = site / "a_course-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: a-course\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text(
        "[helpers.lessons]\na_topic = a_course.a_topic:check\n"
    )
    monkeypatch.syspath_prepend(str(site))
    registry.found.cache_clear()
    yield prefix
    for name in [n for n in sys.modules if n.startswith("a_course")]:
        del sys.modules[name]


def answers() -> dict[str, set[str]]:
    """Return for each lesson lines of its declarations that stand nowhere else of the package."""
    packages = [Path(lessons.__file__).parents[1]] + [o.folder() for o in registry.origins()]
    open_lines = {
        line.strip()
        for package in packages
        for path in package.rglob("*.py")
        if registry.EXERCISES not in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    whole = "\n".join(open_lines)
    found = {}
    for origin in registry.origins():
        folder = origin.folder()
        texts = [p.read_text(encoding="utf-8") for p in (folder / "exercises").glob("[!_]*.py")]
        told = {line for t in texts for line in _telling(t)} - open_lines
        found[origin.package] = {line for line in told if line not in whole}
    return {package: lines for package, lines in found.items() if lines}


def _telling(text: str) -> set[str]:
    """Return the lines of what a declaration says that gives its answer away, if they are long enough to be known."""
    kept = {"reference", "mistakes", "alternatives", "hints"}
    lines = text.splitlines()
    return {
        line.strip()
        for statement in ast.parse(text).body
        if kept & set(_names(statement))
        for line in lines[statement.lineno - 1 : statement.end_lineno]
        if len(line.strip()) > 30
    }


def _names(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [t.id for t in targets if isinstance(t, ast.Name)]


def test_each_lesson_has_answers_to_be_looked_for(installed):
    found = answers()
    assert set(found) == {one.package for one in lessons.lessons().values()}
    assert {"helpers.lessons.tensors", "helpers.lessons.trial", "a_course.a_topic"} <= set(found)
    assert all(len(lines) >= 2 for lines in found.values())


def wanted() -> set[bytes]:
    """Return the lines that are to be nowhere."""
    return {line.encode() for lines in answers().values() for line in lines}


def leaks(folder: Path, lines: set[bytes]) -> list[str]:
    """Return the files of a folder with one of these lines in it."""
    contents = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return [str(p) for p, content in contents.items() if any(line in content for line in lines)]


def test_the_copy_for_students_holds_no_answers(installed, tmp_path):
    folder = export_without_answers(tmp_path / "sealed")
    names = {str(p.relative_to(folder)) for p in folder.rglob("*")}
    assert {
        "helpers/checks/probe.py",
        "helpers/lessons/tensors/__init__.py",
        "helpers/lessons/backprop/drivers.py",
        "helpers/lessons/trial/drivers.py",
        "a_course/a_topic/drivers.py",
        "a_course/a_topic/table.csv",
        ".marking/fork_server.py",
        ".marking/inside.py",
        ".marking/kernel.py",
        ".marking/protocol.py",
        ".marking/system.py",
    } <= names
    assert not any(name.startswith("helpers/grading") for name in names)
    assert not any(registry.EXERCISES in Path(name).parts for name in names)
    assert not any(name.endswith(".pyc") for name in names)
    assert leaks(folder, wanted()) == []


def test_a_declaration_in_the_copy_would_be_seen(installed, tmp_path):
    """Of nearly every exercise: a few answers are too short to be told from other text."""
    lines, left = wanted(), tmp_path / "left"
    left.mkdir()
    seen = []
    for origin in registry.origins():
        for path in (origin.folder() / "exercises").glob("[!_]*.py"):
            copy = shutil.copy(path, left)
            seen.append(bool(leaks(left, lines)))
            Path(copy).unlink()
    assert sum(seen) > 0.95 * len(seen) > 80


SEALED = """
import importlib
for name in ("helpers.lessons.tensors", "helpers.lessons.trial", "a_course.a_topic"):
    check = importlib.import_module(name).check
    one = next(iter(check))
    print(name, check.is_sealed, one(1).state, importlib.import_module(name).__file__.split("/")[1])
    try:
        print(one.exercise.reference)
    except ImportError as error:
        print(type(error).__name__)
print(importlib.import_module("a_course.a_topic.drivers").shown(1))
"""
SEEN = """\
helpers.lessons.tensors True recorded course
ModuleNotFoundError
helpers.lessons.trial True recorded course
ModuleNotFoundError
a_course.a_topic True recorded course
ModuleNotFoundError
a-driver-of-an-installed-lesson
"""


@needs_sandbox
def test_in_the_sandbox_every_lesson_is_there_without_its_exercises(installed):
    sandbox = Sandbox()
    try:
        notebook = new_notebook(cells=[new_code_cell(SEALED)])
        done = run(notebook, {}, lambda: SandboxKernelManager(sandbox, Start()))
    finally:
        sandbox.close()
    (output,) = done.notebook.cells[0].outputs
    assert output.get("text") == SEEN, output


@needs_sandbox
def test_what_the_sandbox_shows_of_this_machine_holds_no_answers(installed, tmp_path, monkeypatch):
    """With a Python in whose folder the lesson is installed: that folder is shown, but for the exercises."""
    monkeypatch.setattr(isolation.sys, "prefix", str(installed))
    sealed, kernels = export_without_answers(tmp_path / "sealed"), tmp_path / "kernels"
    kernels.mkdir()
    command = Bubblewrap().command("test", sealed, kernels, Limits())
    command = command[: command.index(sys.executable)]
    look = f"grep -rhoaE '[a-z-]+-of-an-installed-lesson' {installed} /course /tmp | sort -u"
    look += f"; ls -A {installed}/lib/site-packages/a_course/a_topic/exercises"
    look += f"; echo x > {installed}/lib/site-packages/a_course/a_topic/exercises/x || echo no"
    shown = subprocess.run([*command, "sh", "-c", look], capture_output=True, text=True)
    assert shown.stdout.splitlines() == ["a-driver-of-an-installed-lesson", "no"], shown
    outside = subprocess.run(
        ["grep", "-rhoaE", "[a-z-]+-of-an-installed-lesson", str(installed)],
        capture_output=True,
        text=True,
    )
    assert "the-right-answer-of-an-installed-lesson" in outside.stdout


@needs_sandbox
def test_no_folder_that_the_sandbox_shows_has_a_line_of_an_answer(installed, tmp_path):
    """The whole course's answers, wherever this package is installed; Python's own library is left out."""
    sealed, kernels = export_without_answers(tmp_path / "sealed"), tmp_path / "kernels"
    kernels.mkdir()
    patterns = kernels / "patterns"
    patterns.write_bytes(b"\n".join(sorted(wanted())) + b"\n")
    command = Bubblewrap().command("test", sealed, kernels, Limits())
    command = command[: command.index(sys.executable)]
    folders = " ".join(str(o.folder()) for o in registry.origins())
    look = f"grep -rlF -f {patterns} /course {folders} 2>/dev/null"
    shown = subprocess.run([*command, "sh", "-c", look], capture_output=True, text=True)
    assert shown.stdout == ""
    outside = subprocess.run(["sh", "-c", look], capture_output=True, text=True).stdout
    assert len(outside.splitlines()) > 80


def test_without_walls_the_copy_comes_first_all_the_same(installed, tmp_path):
    _, start = open_kernel(tmp_path, Start())
    copy = Path(start["env"]["PYTHONPATH"])
    assert leaks(copy, wanted()) == []
    assert (copy / "helpers/lessons/trial/__init__.py").exists()
    assert (copy / "a_course/a_topic/__init__.py").exists()
    assert LESSONS not in copy.parents
