"""The records of a marking: one small file for each submission, whole or not there, and read within bounds."""

import gzip
import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.checks.probe import probe
from helpers.grading import records, versions
from helpers.grading.executed import Executed
from helpers.grading.marking import Checked, judge_checks
from helpers.grading.records import records_of
from helpers.grading.shelf import RecordsError, Shelf, file_name
from helpers.lessons import lesson
from helpers.notebooks import lesson_ids
from tests.checks import small

pytestmark = pytest.mark.usefixtures("small_lesson")

SCALE = small.check.scale.exercise
RIGHT = "def scale(x):\n    return x / x.amax(dim=0)"


def right(x):
    return x / x.amax(dim=0)


def kept(text=None, source=RIGHT, files=None):
    """Return the records of one marked check."""
    checked = Checked(SCALE, "scale", True, 5)
    cell = new_code_cell("check.scale(hidden=True)")
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "grade_id": "scale_check",
        "points": 3,
    }
    notebook = new_notebook(cells=[new_markdown_cell("# Text"), new_code_cell(source), cell])
    record = json.dumps(probe(checked.task.plan, right)) if text is None else text
    executed = Executed(notebook, {2: record})
    judge_checks(executed, {2: checked}, files)
    return records_of(executed, {2: checked}, files or {}, "f1")


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "records" / "lesson", "lesson")


NAMES = [
    *("ada", "Ada", "ADA", "a.b", ".", "..", "", " ", "a b", "%", "%41", "-x", "~", "a~b", "con"),
    *(
        "../ada",
        "a/b",
        "a\\b",
        "two\nlines",
        "\x00",
        "ünï",
        "u\u0308",
        "\u00fc",
        "\udcff",
        "\u202e",
    ),
    *("x" * 128, "x" * 127 + "y", "X" * 128, "ü" * 128, "ü" * 127 + "ö", "a*[b]?#"),
]


def test_each_id_has_a_file_name_of_its_own_that_any_file_system_takes(tmp_path):
    names = [file_name(name) for name in NAMES]
    assert len({name.casefold() for name in names}) == len(NAMES)
    for name in names:
        assert len(name) <= 200
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-_%~")
    (tmp_path / names[0]).write_text("it can be made")
    assert file_name("ada") == "ada"


@pytest.mark.parametrize("student", ["ada", "two\nlines", "ünï/../c", "\udcff"])
def test_what_is_written_is_read_again(shelf, student):
    one = kept(files={"mine.py": b"x = '\xff'", "data.bin": b"0"}, source="x = '\ud800'")
    assert shelf.keep(student, {"lesson": one}) == []
    assert shelf.read(student) == {"lesson": one}
    assert [p.name for p in shelf.folder.iterdir()] == [shelf.path(student).name]
    assert list(one.files) == ["mine.py"]
    assert one.awarded["scale_check"].points == 3


def test_a_file_says_what_it_rests_on(shelf):
    one = kept()
    (check,) = one.checks
    assert SCALE.task(check.seed) == Checked(SCALE, "scale", True, 5).task
    assert check.question == versions.question(SCALE.task(check.seed).plan)
    assert set(one.versions) == {"engine", "lesson", "torch"}
    assert all(one.versions.values())


def test_the_same_records_make_the_same_file(shelf):
    one = kept()
    assert shelf.packed("ada", {"lesson": one}) == shelf.packed("ada", {"lesson": one})


def test_records_that_were_withdrawn_are_gone(shelf):
    shelf.keep("ada", {"lesson": kept()})
    shelf.withdraw("ada")
    shelf.withdraw("ada")
    with pytest.raises(RecordsError, match="no records"):
        shelf.read("ada")


def test_what_cannot_be_written_leaves_no_half_file_and_no_older_one(shelf, monkeypatch):
    shelf.keep("ada", {"lesson": kept()})

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert shelf.keep("ada", {"lesson": kept()}) == [
        "its records could not be kept (No space left on device)"
    ]
    assert not list(shelf.folder.iterdir())


def test_a_second_notebook_is_added_to_the_first(shelf):
    shelf.keep("ada", {"one": kept()})
    shelf.keep("ada", {"two": kept()}, others=True)
    assert set(shelf.read("ada")) == {"one", "two"}
    newer = replace(kept(), handed_in="f2")
    shelf.keep("ada", {"one": newer}, others=True)
    assert shelf.read("ada") == {"one": newer}, "two was handed in before"
    shelf.keep("ada", {"two": kept()})
    assert set(shelf.read("ada")) == {"two"}


def test_a_record_that_is_too_large_is_left_out_and_told(shelf, monkeypatch):
    whole = kept()
    monkeypatch.setattr(records, "MOST_TEXT", 4000)
    one = kept(text='"' + "x" * 4000 + '"')
    assert one.checks[0].record is None
    assert one.checks[0].left_out == "its record was too large to be kept"
    assert shelf.keep("ada", {"lesson": one}) == list(one.left_out)
    assert "scale" in one.left_out[0]
    assert one.cells == whole.cells
    assert shelf.path("ada").stat().st_size < 4000


@pytest.mark.parametrize("many", ["x = 1\n" * 2000, "\x01" * 2000, "ü" * 2000])
def test_a_program_that_is_too_large_is_left_out_with_the_records_that_need_it(monkeypatch, many):
    monkeypatch.setattr(records, "MOST_TEXT", 4000)
    one = kept(source=many)
    assert one.cells == ()
    assert one.checks[0].left_out
    assert one.awarded["scale_check"].most == 3


def altered(**changes):
    def change(content):
        return json.dumps(json.loads(content) | changes).encode()

    return change


def deeper(name, value):
    """Return what changes one entry of the notebook's records."""

    def change(content):
        plain = json.loads(content)
        plain["notebooks"]["lesson"][name] = value
        return json.dumps(plain).encode()

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (altered(student="bob"), "another submission"),
        (altered(assignment="other"), "another submission"),
        (altered(form=99), "another form"),
        (altered(notebooks=None), "damaged"),
        (altered(notebooks={"lesson": 3}), "damaged"),
        (deeper("cells", "x"), "damaged"),
        (deeper("cells", [{"source": 1, "own": True, "stopped": False}]), "damaged"),
        (deeper("awarded", {"scale_check": {"points": float("nan"), "most": 3}}), "damaged"),
        (deeper("awarded", {"scale_check": {"points": True, "most": 3}}), "damaged"),
        (deeper("checks", [{}]), "damaged"),
        (deeper("more", 1), "damaged"),
        (lambda _: b"[" * 100_000, "damaged"),
        (lambda _: b"[]", "another form"),
        (lambda _: b"\xff\xfe", "damaged"),
        (lambda _: b"", "damaged"),
        (lambda _: b'{"form": ' + b"9" * 5000 + b"}", "damaged"),
    ],
)
def test_a_file_of_another_form_is_told_and_nothing_else_happens(shelf, change, words):
    shelf.keep("ada", {"lesson": kept()})
    path = shelf.path("ada")
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    with pytest.raises(RecordsError, match=words):
        shelf.read("ada")


def test_a_torn_file_a_foreign_one_and_a_bomb_are_told(shelf, monkeypatch):
    shelf.keep("ada", {"lesson": kept()})
    path = shelf.path("ada")
    whole = path.read_bytes()
    for content in (whole[:-9], whole[: len(whole) // 2], whole + whole, b"", b"PK\x03\x04", b"{}"):
        path.write_bytes(content)
        with pytest.raises(RecordsError, match="damaged"):
            shelf.read("ada")
    bomb = gzip.compress(b"\0" * 300_000_000, 9)
    assert len(bomb) < 400_000
    path.write_bytes(bomb)
    monkeypatch.setattr(json, "loads", None)  # it is not even looked at
    with pytest.raises(RecordsError, match="more than 64 MB"):
        shelf.read("ada")
    path.unlink()
    path.mkdir()
    with pytest.raises(RecordsError, match="cannot be read"):
        shelf.read("ada")


def plan_of(driver="helpers.checks.drivers.call", inputs=(1.0,), **more):
    plan = {"exercise": "00_small/f", "driver": driver, "cases": [{"inputs": list(inputs)}]}
    return plan | more


def test_a_question_is_its_inputs_and_what_runs_the_answer(monkeypatch, tmp_path):
    first = versions.question(plan_of())
    assert versions.question(plan_of(seconds=9, gradients=[0])) == first
    assert versions.question(plan_of(inputs=(2.0,))) != first
    assert versions.question(plan_of(driver="helpers.checks.drivers.value")) != first
    made, other = (tmp_path / name / "drivers.py" for name in ("made_topic", "other_topic"))
    for file in (made, other):
        file.parent.mkdir()
        (file.parent / "__init__.py").write_text("")
    tasks = made.with_name("tasks.py")  # beside the drivers, of the same lesson
    tasks.write_text("def small():\n    return 1\ndef net():\n    return 1\n")
    made.write_text(
        "from other_topic import drivers as other\nfrom other_topic.drivers import far\n"
        "from made_topic import tasks\nfrom made_topic.tasks import small\n"
        "FACTOR = 2\ndef run(f, x):\n    return near(f, x) * far()\n"
        "def near(f, x):\n    return f(x) * FACTOR + small()\n"
        "def model():\n    return other.net() + tasks.net()\ndef idle():\n    return 1\n"
    )
    other.write_text("def far():\n    return 1\ndef net():\n    return 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    recipe = {"kind": "recipe", "builder": "made_topic.drivers.model", "args": None}

    def asked():
        versions._definitions.cache_clear()
        run = versions.question(plan_of("made_topic.drivers.run"))
        inputs = ([recipe],)
        return run, versions.question(plan_of("made_topic.drivers.run", inputs=inputs))

    before = asked()
    for file, old, new, differs in (
        (made, "return 1", "return 2", (False, False)),
        (made, "FACTOR = 2", "FACTOR = 3", (True, True)),
        (other, "def far():\n    return 1", "def far():\n    return 2", (True, True)),
        (other, "def net():\n    return 1", "def net():\n    return 2", (False, True)),
        (tasks, "def small():\n    return 1", "def small():\n    return 2", (True, True)),
        (tasks, "def net():\n    return 1", "def net():\n    return 2", (False, True)),
    ):
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        assert tuple(a != b for a, b in zip(before, asked(), strict=True)) == differs, (file, old)
        file.write_text(text)
    versions._definitions.cache_clear()


def questions():
    """Return the question of each exercise of the course for one seed."""
    return [
        versions.question(Checked(check.exercise, "x", True, 12345).task.plan)
        for name in lesson_ids()
        for check in lesson(name)
    ]


def test_a_seed_brings_the_same_questions_in_another_process_with_other_threads_and_hashes():
    program = "from tests.grading.test_records import questions\nprint(*questions())"
    environment = os.environ | {"OMP_NUM_THREADS": "2", "PYTHONHASHSEED": "77"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    here = questions()
    assert done.stdout.split() == here
    assert len(here) > 60
