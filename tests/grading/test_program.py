"""What a notebook's check says and what the marker says are the same, however an answer is written."""

import inspect
import json
import sys
from pathlib import Path

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

from helpers.checks.exercise import CheckTask, Exercise
from helpers.checks.live import source_of
from helpers.checks.probe import MISSING, probe
from helpers.grading.executed import COURSES_OWN, Executed
from helpers.grading.marking import Checked, judge_checks
from helpers.grading.program.notebook import Program
from helpers.lessons import lesson, lesson_ids
from tests.checks import small
from tests.grading.programs import bypasses, honest, parts

SOFTMAX = lesson("03_activations").softmax.exercise
SEED = 3  # of the plans
READY = {"ready.py": b"from torch import softmax as go\n"}


@pytest.fixture(scope="module")
def _one_shell():
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    yield made
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(_one_shell, tmp_path, monkeypatch):
    """A shell without names in a folder of its own; what its cells did to torch is undone."""
    shell = _one_shell
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    known, methods = set(sys.modules), set(vars(torch.Tensor))
    shift = vars(torch.Tensor).get("__lshift__")
    names = dict(shell.user_ns)
    yield shell
    shell.user_ns.clear()
    shell.user_ns.update(names)
    for name in set(sys.modules) - known:
        if name in ("mylib", "ready", "written", "late"):
            del sys.modules[name]
    for name in set(vars(torch.Tensor)) - methods:
        delattr(torch.Tensor, name)
    if shift is not None:
        torch.Tensor.__lshift__ = shift
    for hook in list(shell.events.callbacks["post_run_cell"]):
        if getattr(hook, "__name__", "") == "hook":
            shell.events.unregister("post_run_cell", hook)


def run(shell, cells: list[str], exercise: Exercise, files: dict[str, bytes]):
    """Run cells as a kernel does; returns the notebook's verdict, the marker's, and what it found suspicious."""
    for name, content in files.items():
        Path(name).write_bytes(content)
    cells = [parts.SETUP, *cells] + ([] if parts.CHECK in cells else [parts.CHECK])
    at = cells.index(parts.CHECK)
    task = exercise.task(SEED)
    made, verdict, record = [], None, None
    for number, text in enumerate(cells):
        cell = new_code_cell(text)
        if number == at:
            answer = shell.user_ns.get(exercise.name, MISSING)
            verdict = getattr(lesson(exercise.lesson), exercise.name)(answer, hidden=True)
            record = json.dumps(probe(task.plan, answer))
            cell = new_code_cell(f"check.{exercise.name}()")
            cell.metadata["nbgrader"] = {"points": exercise.points}
        else:
            done = shell.run_cell(text, silent=False)
            if not done.success:
                cell.outputs = [new_output("error", ename="E", evalue="", traceback=[])]
        made.append(cell)
    return verdict, *mark(made, at, record, exercise, files)


def mark(cells, at, record, exercise, files=None):
    """Return the marker's points and the suspicions."""
    notebook = new_notebook(cells=cells)
    executed = Executed(notebook, {at: record})
    judge_checks(executed, {at: Checked(exercise, exercise.name, True, SEED)}, files)
    output = notebook.cells[at].outputs[0].data
    return float(output["text/plain"]), executed.suspicions, output["text/html"]


@pytest.mark.parametrize("name", honest.HONEST)
def test_an_honest_answer_earns_everything_in_the_notebook_and_when_marked(shell, name, capsys):
    verdict, points, suspicions, card = run(shell, honest.HONEST[name], SOFTMAX, parts.FILES)
    assert verdict.points == SOFTMAX.points, str(verdict)
    assert points == SOFTMAX.points, card
    assert not suspicions


@pytest.mark.parametrize("name", bypasses.BYPASSES)
def test_a_ready_made_function_earns_nothing_when_marked(shell, name, capsys):
    _, points, suspicions, _ = run(shell, bypasses.BYPASSES[name], SOFTMAX, READY)
    assert points == 0
    assert not suspicions


def forge(record: str) -> str:
    """Return a record whose own words on the program are made up."""
    clean = {"uses": [], "syntax": [], "hides": [], "calls": [], "source": parts.RIGHT}
    return json.dumps(json.loads(record) | clean)


def honest_record(exercise: Exercise, task: CheckTask) -> str:
    return forge(json.dumps(probe(task.plan, exercise.reference)))


# Seen only by watching torch, which a made-up record leaves out; who makes one up is in FORGED.
WATCHED = {"a class's own method as a decoy"}


@pytest.mark.parametrize("name", sorted({*bypasses.BYPASSES, *bypasses.FORGED} - WATCHED))
def test_a_record_that_keeps_silent_does_not_help(name):
    cells = (bypasses.BYPASSES | bypasses.FORGED)[name]
    cells = [parts.SETUP, *cells] + ([] if parts.CHECK in cells else [parts.CHECK])
    at = cells.index(parts.CHECK)
    task = SOFTMAX.task(SEED)
    made = [new_code_cell(text) for text in cells]
    for cell in made:
        if cell.source.startswith("1 / 0"):
            cell.outputs = [new_output("error", ename="E", evalue="", traceback=[])]
    made[at].metadata["nbgrader"] = {"points": 2}
    points, _, _ = mark(made, at, honest_record(SOFTMAX, task), SOFTMAX, READY)
    assert points == 0


def test_an_answer_below_its_check_is_not_attempted_in_both(shell):
    stub = "def softmax(x, dim):\n    ..."
    for cells in ([parts.CHECK, stub], [stub, parts.CHECK, parts.RIGHT]):
        verdict, points, _, card = run(shell, cells, SOFTMAX, {})
        assert verdict.state == "not attempted"
        assert points == 0
        assert "Not attempted" in card or "not attempted" in card.lower()


def _alternatives():
    for name in lesson_ids():
        for check in lesson(name):
            if check.exercise.shortcuts:
                for number, answer in enumerate(check.exercise.alternatives):
                    yield pytest.param(check.exercise, answer, id=f"{check.exercise.id}-{number}")


@pytest.mark.parametrize(("exercise", "answer"), _alternatives())
def test_the_alternatives_of_all_lessons_earn_the_same_when_marked(exercise, answer):
    """The marker reads the declaration's own module as the notebook that defines the answer."""
    task = exercise.task(SEED)
    record = probe(task.plan, answer)
    text = source_of(answer)
    named = f"{exercise.name} = {text}" if (text or "").startswith("lambda") else None
    if named is None and inspect.isfunction(answer) and answer.__name__ != "<lambda>":
        named = f"{(text or '').strip()}\n{exercise.name} = {answer.__name__}"
    cells = [new_code_cell(parts.SETUP), new_code_cell(named or ""), new_code_cell("")]
    cells[2].metadata["nbgrader"] = {"points": exercise.points}
    points, suspicions, card = mark(cells, 2, json.dumps(record), exercise)
    assert points == exercise.points, card
    assert not suspicions


def program(*cells, files=None, answers=None):
    return Program([new_code_cell(c) for c in cells], files, answers)


def test_the_state_when_the_check_runs_counts():
    one = program("def f(): return torch.relu(1)", "check", "def f(): return 2", answers={1: "f"})
    assert "torch.relu" in one.source_of("f", before=1)
    assert "return 2" in one.source_of("f")


def test_the_courses_own_cells_never_count_against_a_student():
    cells = [
        new_code_cell(c) for c in ("import torch\nprint(torch.softmax)", "exec(input())\nf = 1")
    ]
    cells[0].metadata[COURSES_OWN] = True
    assert "torch.softmax" not in Program(cells).reading("f").uses


def test_answers_to_other_exercises_are_left_out_of_what_is_looked_at_in_doubt():
    texts = ["import torch", "def g(x):\n    return torch.softmax(x, 0)", "%unknown\n", "", ""]
    one = program(*texts, answers={3: "g", 4: "f"})
    assert "torch.softmax" not in one.reading("f", before=4).uses


@pytest.mark.parametrize(
    "text",
    ["\0", "x = (" * 5000, "(" * 300 + ")" * 300, "-" * 60_000 + "1", "é = 'ü'", "\ud800", "\f\tx"],
)
def test_no_text_brings_the_reading_to_fall(text):
    assert "f" in program(text, "def f(): return 1", text).source_of("f")


def test_a_text_that_runs_itself_comes_to_an_end():
    one = program("c = 'exec(c)'\nexec(c)", "def f(x): return x")
    assert not one.reading("f").hides
    assert one.source_of("f") == "def f(x): return x"


def test_a_cell_too_long_to_be_read_is_searched_for_its_words():
    text = "def f(x):\n    return x.relu()\n" + "#" * 2_100_000
    assert "?.relu" in program("def f(x): return 1", text).reading("f").uses


def test_a_check_notes_what_torch_is_called_with_only_where_something_is_closed():
    assert small.check.square.exercise.task(0).plan["watch"]
    assert not small.check.answer.exercise.task(0).plan["watch"]


@pytest.mark.parametrize(
    "cell",
    ["!a\n" * 100 + "a = 1\n" * 5000, f"b = '{'c' * 2_000_000}'", "a = 1\n" * 40_000],
    ids=["commands", "text", "statements"],
)
def test_a_cell_too_long_to_be_read_is_a_doubt_and_hides_nothing(cell):
    cells = [
        new_code_cell("from torch import softmax as soft\n" + cell),
        new_code_cell("def f(x):\n    return soft(x, 0)"),
    ]
    assert "?.softmax" in Program(cells).reading("f").uses
