"""No submission earns what it does not deserve, and none disturbs the others."""

import hashlib
import subprocess

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from helpers.grading.sandbox.isolation import why_not
from tests.grading.attacks import cells, deadly, expected, handed_in
from tests.grading.course import ANSWERS, LESSON, Course

pytestmark = [pytest.mark.grading, pytest.mark.skipif(bool(why_not()), reason=why_not())]

ALL_MARKS = {"double": 3.0, "shapes": 2.0, "relu": 1.0, "six_test": 1.0, "why": None}


def submissions(course):
    """Return a notebook for each attack by its name."""

    def honest(**answers):
        notebook = course.released()
        for cell in notebook.cells:
            if cell.id in ("shapes", "six"):
                cell.source = ANSWERS[cell.id]
            cell.source = answers.get(cell.id, cell.source)
        return notebook

    made = {}
    for name, source in (cells.CELLS | deadly.DEADLY).items():
        made[name] = honest()
        text = source.replace("COURSE", repr(str(course.root))).strip()
        made[name].cells.insert(1, new_code_cell(text, id="attack"))
    for name, answers in handed_in.ANSWERS.items():
        made[name] = honest(**answers)
    for name, change in handed_in.CHANGES.items():
        made[name] = honest()
        change(made[name])
    for name in handed_in.FILES:
        made[name] = honest()
    return made


def fingerprint(course):
    """Return a sum over everything that marking must leave as it is."""
    digest = hashlib.sha256()
    for top in ("solutions", "notebooks", "helpers", "course/submitted", "nbgrader_config.py"):
        path = course.root / top
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not file.is_symlink() and "__pycache__" not in file.parts:
                digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def class_(tmp_path_factory):
    """All attacks, marked in one batch between two honest submissions."""
    course = Course(tmp_path_factory.mktemp("course"))
    for name, notebook in submissions(course).items():
        folder = course.submit(name.replace(" ", "-"), notebook)
        for path, text in handed_in.FILES.get(name, {}).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
    course.submit("a-first", course.answered())
    course.submit("zz-last", course.answered())
    link = course.submit("links", course.answered())
    (link / "data.csv").symlink_to(course.root / "course/gradebook.db")
    course.before = fingerprint(course)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MARKING_SECRET", "topsecret")
        options = ["--jobs=2", "--Execute.timeout=10", "--log-level=ERROR"]
        done = course.run("-m", "helpers.grading", "autograde", LESSON, *options, code=1)
    course.table = {line.split()[0]: line for line in done.stdout.splitlines() if line}
    return course


def marks(course, name):
    return {k: v or 0.0 for k, v in course.marks(name.replace(" ", "-")).items()}


NAMES = [*cells.CELLS, *handed_in.ANSWERS, *handed_in.CHANGES, *handed_in.FILES]


@pytest.mark.parametrize("name", NAMES)
def test_an_attack_earns_what_its_honest_part_deserves(class_, name):
    spoilt = {"shapes": 0.0} if name in expected.SPOILT else {}
    assert marks(class_, name) == expected.HONEST | spoilt


@pytest.mark.parametrize("name", deadly.DEADLY)
def test_a_kernel_that_comes_to_an_end_earns_nothing_and_says_why(class_, name):
    assert marks(class_, name) == expected.NOTHING
    words = class_.table[name.replace(" ", "-")]
    assert any(w in words for w in ("kernel came to an end", "did not stop", "took too much"))


@pytest.mark.parametrize("name", cells.CELLS)
def test_an_attack_finds_nothing(class_, name):
    text = nbformat.writes(class_.autograded(name.replace(" ", "-")))
    cell = next(c for c in nbformat.reads(text, as_version=4).cells if c.id == "attack")
    shown = str(cell.outputs)
    assert "FOUND" not in shown
    assert "topsecret" not in shown


@pytest.mark.parametrize("student", ["a-first", "zz-last"])
def test_honest_students_beside_them_get_all_their_points(class_, student):
    assert class_.marks(student) == ALL_MARKS


def test_a_link_to_the_work_of_others_is_refused(class_):
    assert "symbolic link" in class_.table["links"]
    assert not (class_.root / "course/autograded/links" / LESSON).exists()


def test_nothing_outside_has_changed(class_):
    assert fingerprint(class_) == class_.before


def test_no_process_is_left(class_):
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "98765" not in running


@pytest.mark.parametrize("name", expected.SUSPICIOUS)
def test_the_table_says_what_is_suspicious(class_, name):
    words = expected.SUSPICIOUS[name] or "suspicious"
    assert words in class_.table[name.replace(" ", "-")]
