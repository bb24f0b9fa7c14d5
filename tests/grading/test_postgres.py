"""The gradebook in a PostgreSQL server: the same marks as in SQLite, each once, and those by hand stay."""

import csv
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from nbgrader.api import Grade, SubmittedAssignment
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from tests.grading.course import LESSON, Course
from tests.grading.test_batch import ALL, BATCH, check_all, expected, needs_sandbox, start

STUDENTS = 6  # as `check_all` expects them


def folder_of_programs() -> Path | None:
    """Return where PostgreSQL's programs are: Debian keeps the server's off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


PROGRAMS = folder_of_programs()
pytestmark = [
    pytest.mark.grading,
    pytest.mark.skipif(PROGRAMS is None, reason="PostgreSQL is not installed"),
    needs_sandbox,
]


class Server:
    """A PostgreSQL server of the test's own, reached by a socket in its folder alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # The server refuses to run as root; the package has a user for it.
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "--username=teacher", "--auth=trust", "--no-sync", "--encoding=UTF8")
        options = f"-k {folder} -c listen_addresses='' -F"
        self._run("pg_ctl", "start", "--wait", f"--log={folder}/log", f"--options={options}")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, PROGRAMS / program, f"--pgdata={self.folder}/data", *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL)

    def new_database(self, name: str) -> str:
        """Make an empty database and return its address as nbgrader wants it."""
        program = PROGRAMS / "createdb"
        subprocess.run([program, f"--host={self.folder}", "--username=teacher", name], check=True)
        return f"postgresql+psycopg://teacher@/{name}?host={self.folder}"

    def stop(self) -> None:
        """End the server."""
        self._run("pg_ctl", "stop", "--mode=immediate")


@pytest.fixture(scope="module")
def server():
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path must be short
    try:
        server = Server(folder)
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def course(tmp_path, server, request):
    course = Course(tmp_path, server.new_database(request.node.name[-40:]))
    for n in range(STUDENTS):
        answers = {"relu": "def relu(x):\n    return -x"} if n % 2 else {}
        course.submit(f"s{n}", course.answered(**answers))
    return course


def check_each_once(course):
    with course.gradebook() as book:
        assert book.db.query(SubmittedAssignment).count() == STUDENTS
        assert book.db.query(Grade).count() == STUDENTS * len(ALL)
    assert not list(course.root.rglob("*.db")), "nothing went into an SQLite file"


def test_the_marks_are_those_of_sqlite_and_the_teachers_commands_work(course, monkeypatch):
    course.run(*BATCH)
    check_all(course)
    with course.gradebook() as book:
        grade = book.find_grade("why", LESSON, LESSON, "s0")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("why", LESSON, LESSON, "s0").manual_comment = "Well put — gut gesagt."
        book.db.commit()
    assert f"{STUDENTS} marked" in course.run(*BATCH, "--force").stdout
    check_all(course)
    check_each_once(course)
    with course.gradebook() as book:
        assert book.find_grade("why", LESSON, LESSON, "s0").score == 1.5

    course.autograde("--force", "--student=s1")
    assert course.marks("s1") == expected(1)
    course.nbgrader("generate_feedback", LESSON)
    assert "Well put — gut gesagt." in course.page("s0")
    course.nbgrader("export", "--to", "course/grades.csv")
    with (course.root / "course/grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"s0": 8.5, "s1": 6.0, "s2": 7.0, "s3": 6.0, "s4": 7.0, "s5": 6.0}

    monkeypatch.chdir(course.root)
    app = NbGrader()
    app.load_config_file()
    formgrader = NbGraderAPI(CourseDirectory(config=app.config), config=app.config)
    shown = formgrader.get_submissions(LESSON)
    assert {one["student"]: one["score"] for one in shown} == scores


def test_killed_in_the_midst_and_run_again_each_is_marked_once(course):
    process = start(course)
    process.kill()
    process.wait()
    with course.gradebook() as book:
        assert book.db.query(SubmittedAssignment).count() > 0
    course.run(*BATCH)
    check_all(course)
    check_each_once(course)
