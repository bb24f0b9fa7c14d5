"""A class judged again: shown first, changed on request, never half."""

import copy
import gzip
import shutil

import nbformat
import pytest

from helpers.grading.sandbox.isolation import why_not
from helpers.grading.shelf import Shelf
from tests.grading.course import LESSON, Course, find

pytestmark = pytest.mark.usefixtures("small_lesson")


needs_sandbox = pytest.mark.skipif(bool(why_not()), reason=why_not())
BATCH = ["-m", "helpers.grading", "autograde", LESSON, "--jobs=2", "--log-level=ERROR"]
REJUDGE = ["-m", "helpers.grading", "rejudge", LESSON]
LOOP_OF = "def double(x):\n    for _ in range(1):\n        x = x * 2\n    return x"
NAMED = ["Ünï c#?%", "two\nlines", "[br]"]


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """A class, marked once; each test gets a copy of its folder."""
    course = Course(tmp_path_factory.mktemp("course"))
    settings = course.root / "nbgrader_config.py"
    settings.write_text(settings.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with course.gradebook() as book:
        book.update_or_create_assignment(LESSON, duedate="2026-01-01 12:00:00 UTC")
    course.submit("right", course.answered())
    course.submit("loop", course.answered(double=LOOP_OF))
    for student in NAMED:
        course.submit(student, course.answered(double=LOOP_OF))
    late = course.submit("late", course.answered(double=LOOP_OF))
    (late / "timestamp.txt").write_text("2026-01-01 13:00:00 UTC")
    forger = course.answered(double=LOOP_OF)
    find(forger, "double").source += (
        "\nimport json\ndumps = json.dumps\n"
        "def forged(value, **more):\n"
        "    return '{}' if isinstance(value, dict) and value.get('exercise', '').endswith('double') else "
        "dumps(value, **more)\njson.dumps = forged"
    )
    course.submit("forger", forger)
    course.submit("by-nbgrader", course.answered(double=LOOP_OF))
    course.run(*BATCH)
    course.autograde("--student=by-nbgrader", "--force")
    return course


@pytest.fixture
def course(marked, tmp_path):
    """Return a copy of the marked course."""
    mine = copy.copy(marked)
    mine.root = tmp_path / "course"
    mine.db_url = f"sqlite:///{mine.root}/course/gradebook.db"
    shutil.copytree(marked.root, mine.root)
    return mine


def mend(course, file, old, new):
    """Change a file of the lesson, say "exercises/double.py"."""
    path = course.root / "lessons/trial" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


DOUBLE = "exercises/double.py"


def open_loops(course):
    mend(course, DOUBLE, 'forbid("for", "while"', 'forbid("while"')


def state(course):
    """Return everything that a command could change, but the gradebook's own journal."""
    with course.gradebook() as book:
        submissions = book.assignment_submissions(LESSON)
        marks = {
            (s.student.id, g.name): (
                g.auto_score,
                g.manual_score,
                g.extra_credit,
                g.needs_manual_grade,
            )
            for s in submissions
            for n in s.notebooks
            for g in n.grades
        }
        penalties = {s.student.id: s.late_submission_penalty for s in submissions}
    files = {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for folder in ("autograded", "records")
        for path in sorted((course.root / "course" / folder).rglob("*"))
        if path.is_file()
    }
    return marks, penalties, files


def points_shown(course, student):
    cell = find(course.autograded(student), "double_check")
    return cell.outputs[0].data["text/plain"], cell.outputs[0].data["text/html"]


ALL_STUDENTS = ["right", "loop", "late", "forger", "by-nbgrader", *NAMED]


@needs_sandbox
@pytest.mark.grading
def test_a_class_is_judged_again_shown_first_then_changed_and_only_once(course):
    with course.gradebook() as book:
        grade = book.find_grade("double_check", LESSON, LESSON, "Ünï c#?%")
        grade.manual_score, grade.extra_credit = 2.5, 0.5
        book.find_comment("double", LESSON, LESSON, "Ünï c#?%").manual_comment = "A loop?"
        book.db.commit()
    before = state(course)
    assert "0 marks of 0 submissions" in course.run(*REJUDGE).stdout
    open_loops(course)
    shown = course.run(*REJUDGE).stdout
    assert state(course) == before, "nothing changes without --apply"
    changing = [s for s in ALL_STUDENTS if s not in ("right", "forger")]
    assert shown.count("double_check 2/3 → 3/3") == len(changing)
    assert "two lines  double_check" in shown
    assert "by hand it has 2.5, which stays" in shown
    assert "late  late penalty 6 → 7" in shown
    assert "forger  suspicious: " in shown
    assert "a damaged record of double" in shown
    assert "8 judged again, 0 not" in shown
    assert course.run(*REJUDGE).stdout == shown, "it says the same twice"

    done = course.run(*REJUDGE, "--apply").stdout
    assert done.replace("changed (", "would change (").splitlines()[:-1] == shown.splitlines()[:-1]
    for student in changing:
        assert course.marks(student)["double"] == 3
        assert points_shown(course, student)[0] == "3.0"
        assert "3 of 3 points" in points_shown(course, student)[1]
        kept = Shelf(course.root / "course/records" / LESSON, LESSON).read(student)
        assert kept[LESSON].awarded["double_check"].points == 3
    assert course.marks("forger")["double"] == 0
    assert course.marks("right") == {
        "double": 3,
        "shapes": 2,
        "relu": 1,
        "six_test": 1,
        "why": None,
    }
    with course.gradebook() as book:
        grade = book.find_grade("double_check", LESSON, LESSON, "Ünï c#?%")
        assert (grade.manual_score, grade.extra_credit, grade.score) == (2.5, 0.5, 3.0)
        assert grade.needs_manual_grade, "the mark under it has changed"
        assert book.find_comment("double", LESSON, LESSON, "Ünï c#?%").comment == "A loop?"
        assert not book.find_grade("double_check", LESSON, LESSON, "loop").needs_manual_grade
        assert book.find_submission(LESSON, "late").late_submission_penalty == 7
    after = state(course)
    for path, (content, _) in before[2].items():
        assert ("right" in path) <= (after[2][path][0] == content or "records" in path)
    again = course.run(*REJUDGE, "--apply").stdout
    assert "0 marks of 0 submissions changed" in again
    assert state(course) == after, "a second time changes nothing"
    assert "7 marked before" in course.run(*BATCH).stdout, "it counts as the same marking"


@needs_sandbox
@pytest.mark.grading
def test_one_student_alone_and_a_stricter_check(course):
    mend(
        course, "exercises/relu.py", "return torch.where(x > 0, x, torch.zeros_like(x))", "return x"
    )
    done = course.run(*REJUDGE, "--apply", "--student", "[br]").stdout
    assert "[br]  relu_check 1/1 → 0/1" in done
    assert "1 judged again" in done
    assert course.marks("[br]")["relu"] == 0
    assert course.marks("loop")["relu"] == 1


@needs_sandbox
@pytest.mark.grading
def test_each_reason_why_not_has_a_line_and_nothing_of_it_changes(course):
    records = course.root / "course/records" / LESSON
    (records / "loop.json.gz").unlink()
    shutil.copy(records / "right.json.gz", records / "late.json.gz")
    (records / "forger.json.gz").write_bytes(gzip.compress(b"\0" * 100_000_000))
    (records / "by-nbgrader.json.gz").write_bytes(b"\x1f\x8b torn")
    folder = course.root / "course/submitted/right" / LESSON
    (folder / "more.py").write_text("x = 1")
    page = course.root / "course/autograded/[br]" / LESSON / f"{LESSON}.ipynb"
    page.chmod(0o644)
    page.write_text(page.read_text().replace('"records": "', '"records": "0'))
    course.submit("unmarked", course.answered())
    shutil.rmtree(course.root / "course/autograded/two\nlines")
    open_loops(course)
    before = state(course)
    shown = course.run(*REJUDGE, "--apply", code=1).stdout
    for line in (
        "loop  not judged again: there are no records of its marking",
        "late  not judged again: its records are those of another submission",
        "forger  not judged again: its records have more than 64 MB",
        "by-nbgrader  not judged again: its records are damaged",
        "right  not judged again: something was handed in since it was marked",
        f"[br]  not judged again: {LESSON} was marked in another way since",
        "unmarked  not judged again: it is not marked yet",
        f"two lines  not judged again: {LESSON} is not marked",
        "Ünï c#?%  double_check 2/3 → 3/3",
        "1 judged again, 8 not or in part, 1 marks of 1 submissions changed",
    ):
        assert line in shown
    after = state(course)
    assert {k for k in before[0] if before[0][k] != after[0][k]} == {("Ünï c#?%", "double_check")}
    assert {
        p for p in before[2] if before[2][p] != after[2][p] and "%" not in p and "Ünï" not in p
    } == set()
    assert "Traceback" not in shown


@needs_sandbox
@pytest.mark.grading
def test_an_exercise_that_is_gone_keeps_its_mark_and_the_others_are_judged(course):
    mend(course, "__init__.py", '"shapes", "relu"]', '"shapes"]')
    open_loops(course)
    shown = course.run(*REJUDGE, "--apply", "--student=loop", code=1).stdout
    assert "loop  not judged again: relu_check: the lesson has no exercise relu any more" in shown
    assert course.marks("loop") == {"double": 3, "shapes": 2, "relu": 1, "six_test": 1, "why": None}


@needs_sandbox
@pytest.mark.grading
def test_what_fails_while_it_is_entered_changes_nothing_of_that_submission(course):
    open_loops(course)
    before = state(course)
    program = (
        "from sqlalchemy.orm import Session\nfrom helpers.grading.rejudging.command import RejudgeApp\n"
        "commit = Session.commit\n"
        "def fail(self):\n"
        "    if any(type(one).__name__ == 'Grade' for one in self.dirty):\n"
        "        raise OSError('disk full')\n"
        "    commit(self)\n"
        "Session.commit = fail\n"
        f"RejudgeApp.launch_instance([{LESSON!r}, '--apply'])"
    )
    shown = course.run("-c", program, code=1).stdout
    assert "loop  not judged again: OSError: disk full" in shown
    after = state(course)
    assert after[:2] == before[:2]
    whole = {p for p in before[2] if "right" not in p and "forger" not in p}
    assert {p: after[2].get(p) for p in whole} == {p: before[2][p] for p in whole}
    assert set(after[2]) == set(before[2]), "nothing is left lying about"


@needs_sandbox
@pytest.mark.grading
def test_killed_after_the_marks_were_entered_the_next_run_does_the_rest(course):
    open_loops(course)
    program = (
        "import os, pathlib\nfrom helpers.grading.rejudging.command import RejudgeApp\n"
        "pathlib.Path.replace = lambda *_: os._exit(9)\n"
        f"RejudgeApp.launch_instance([{LESSON!r}, '--apply', '--student=loop'])"
    )
    course.run("-c", program, code=9)
    assert course.marks("loop")["double"] == 3
    assert points_shown(course, "loop")[0] == "2.0"
    course.run(*REJUDGE, "--apply", "--student=loop")
    assert points_shown(course, "loop")[0] == "3.0"
    with course.gradebook() as book:
        assert book.find_submission(LESSON, "loop").score == 7


def release_with_other_points(course):
    notebook = nbformat.read(course.root / "solutions" / LESSON / f"{LESSON}.ipynb", as_version=4)
    for name, points in (("double_check", 6), ("six_test", 5), ("why", 4)):
        find(notebook, name).metadata.nbgrader.points = points
    course.write(notebook, "solutions", LESSON)
    for part in ("right for a vector", "right for a table", "without a loop"):
        mend(course, DOUBLE, f'"{part}": 1', f'"{part}": 2')
    course.run("-m", "helpers.grading.release", LESSON)


@needs_sandbox
@pytest.mark.grading
def test_points_that_changed_since_are_told_and_marks_scale(course):
    with course.gradebook() as book:
        grade = book.find_grade("why", LESSON, LESSON, "loop")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.db.commit()
    release_with_other_points(course)
    told = course.run(*BATCH).stdout
    words = (
        "the points of double_check changed from 3 to 6, the points of six_test changed from 1 to 5, the points "
        "of why changed from 2 to 4 since this was marked: mark again with --force, or rejudge"
    )
    assert told.count(words) == len(ALL_STUDENTS) - 1, "one had to be marked anew"
    shown = course.run(*REJUDGE, "--apply").stdout
    assert "loop  double_check 2/3 → 4/6" in shown
    assert "loop  six_test 1/1 → 5/5" in shown
    assert course.marks("loop") == {"double": 4, "shapes": 2, "relu": 1, "six_test": 5, "why": None}
    assert points_shown(course, "loop")[0] == "4.0"
    assert "4 of 6 points" in points_shown(course, "loop")[1]
    with course.gradebook() as book:
        assert book.find_grade("why", LESSON, LESSON, "loop").score == 1.5
        assert book.find_submission(LESSON, "loop").max_score == 18
    assert "changed from" not in course.run(*BATCH).stdout
    assert "0 marks of 0" in course.run(*REJUDGE).stdout
    course.run(*BATCH, "--force", "--student=loop")
    assert course.marks("loop")["double"] == 4, "marking again gives the same"


@needs_sandbox
@pytest.mark.grading
def test_records_go_with_the_marks(course):
    records = course.root / "course/records" / LESSON
    (course.root / "course/submitted/loop" / LESSON / "link").symlink_to("/etc/hostname")
    shown = course.run(*BATCH, "--student=loop", code=1).stdout
    assert "not marked: link is a symbolic link" in shown.replace("ValueError: ", "")
    assert sorted(p.name for p in records.iterdir() if "loop" in p.name) == []
    assert (records / "right.json.gz").exists()
    assert "no records" in course.run(*REJUDGE, "--student=loop", code=1).stdout


@pytest.mark.grading
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "rejudge LESSON"),
        (["judge"], "no command 'judge'"),
        (["rejudge"], "name one lesson"),
        (["rejudge", "a", "b"], "name one lesson"),
        (["rejudge", "99_none"], "no assignment 99_none in the gradebook"),
        (["rejudge", LESSON, "--student=nobody"], "no such submission"),
    ],
)
def test_a_command_that_makes_no_sense_is_told_how_to_be_typed(marked_cheaply, arguments, words):
    done = marked_cheaply.run("-m", "helpers.grading", *arguments, code=1)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def marked_cheaply(tmp_path_factory):
    return Course(tmp_path_factory.mktemp("released"))
