"""python -m helpers.grading students FILE: enter a class list into the gradebook."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from sqlalchemy.engine import make_url
from traitlets import Bool

from helpers.grading.classlist import ClassList, ClassListError, Student, read_class_list
from helpers.grading.pages.text import printable

_SHOWN = 1000  # students told one by one


def in_gradebook(gradebook: Gradebook) -> dict[str, Student]:
    """Return the students of a gradebook by id."""
    return {
        s.id: Student(
            s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or ""
        )
        for s in gradebook.students
    }


def gradebook_exists(db_url: str) -> bool:
    """Say whether there is a gradebook; opening one that is not there would make it."""
    url = make_url(db_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()


def changes(student: Student, before: Mapping[str, Student]) -> dict[str, str]:
    """Return the fields that an entry changes; what the list leaves empty stays."""
    old = before[student.id].known() if student.id in before else {}
    return {name: value for name, value in student.known().items() if old.get(name) != value}


def plan(students: Sequence[Student], before: Mapping[str, Student]) -> list[str]:
    """Return a line for each student: what is new, and what it changes."""
    addresses = {s.email.casefold(): s.id for s in before.values() if s.email}
    lines = []
    for student in students:
        new = changes(student, before)
        what = ", ".join(f"{name} {value}" for name, value in new.items())
        if student.id not in before:
            word = "new    "
            other = addresses.get(student.email.casefold())
            if other:
                what += f"  (!) {other} in the gradebook has this e-mail address too"
        else:
            word = "changed" if new else "as is  "
        lines.append(f"{word}  {printable(student.id, 130)}  {printable(what, 600)}".rstrip())
    return lines


def enter(gradebook: Gradebook, students: Sequence[Student]) -> None:
    """Enter students as `nbgrader db student import` does: nobody is deleted, nothing is emptied."""
    before = in_gradebook(gradebook)
    for student in students:
        gradebook.update_or_create_student(student.id, **changes(student, before))


class StudentsApp(NbGrader):
    """Show what a class list would enter into the gradebook, and enter it."""

    name = "students"
    description = "Enter a class list (CSV of Excel, Moodle or Canvas) into the gradebook."
    flags = NbGrader.flags | {
        "skip-bad": (
            {"StudentsApp": {"skip_bad": True}},
            "Enter the lines that can be read although others cannot.",
        ),
        "show": ({"StudentsApp": {"show": True}}, "Show what would be entered, and enter nothing."),
    }

    skip_bad = Bool(False, help="Enter what can be read although other lines cannot.").tag(
        config=True
    )
    show = Bool(False, help="Enter nothing.").tag(config=True)

    def start(self) -> None:
        """Enter the class list; leaves with 1 if a line of it was left out or nothing was entered."""
        super().start()
        if len(self.extra_args) != 1:
            self.fail("name the file, say: python -m helpers.grading students course/students.csv")
        root = Path(self.coursedir.root)
        if not (root / "nbgrader_config.py").exists():
            self.fail(f"{root} has no nbgrader_config.py: type the command in the course's folder")
        path = Path(self.extra_args[0])
        try:
            found = read_class_list(path.read_bytes())
        except (ClassListError, OSError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self.fail(f"{printable(path)} was not read, so nobody was entered: {printable(why)}")
        if not self._enter(found):
            self.exit(1)

    def _enter(self, found: ClassList) -> bool:
        for line in (*found.remarks, *found.problems):
            print(printable(line, 400))
        whole = bool(found.students) and not found.problems
        may = bool(found.students) and (whole or self.skip_bad)
        if not gradebook_exists(self.coursedir.db_url):
            if not may or self.show:
                print(*plan(found.students, {})[:_SHOWN], sep="\n")
                return self._say(found, entered=False) and whole
            Path(make_url(self.coursedir.db_url).database or "").parent.mkdir(
                parents=True, exist_ok=True
            )
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            before = in_gradebook(gradebook)
            print(*plan(found.students, before)[:_SHOWN], sep="\n")
            if may and not self.show:
                enter(gradebook, found.students)
        return self._say(found, entered=may and not self.show) and whole

    def _say(self, found: ClassList, entered: bool) -> bool:
        """Print the last line; say whether things went as they were meant to."""
        number, bad = len(found.students), len(found.problems)
        counts = f"{number} student{'s' * (number != 1)}", f"{bad} line{'s' * (bad != 1)}"
        if entered:
            print(f"{counts[0]} entered" + (f", {counts[1]} left out" if bad else ""))
        elif self.show:
            print(f"{counts[0]} would be entered, {counts[1]} left out")
        elif bad:
            print(
                f"nothing was entered: mend the {counts[1]} named above, "
                "or add --skip-bad to enter the others"
            )
        else:
            print("nothing was entered: the file holds no students")
        return entered or self.show
