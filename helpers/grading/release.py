"""Make the learner editions in notebooks/ from solutions/, with nbgrader's generate_assignment.

python -m helpers.grading.release            # every lesson
python -m helpers.grading.release 01_tensors

The command works on the course in whose folder it is typed: this one, or a teacher's own.
"""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from helpers.lessons.places import course
from helpers.notebooks import ROOT, lesson_ids

# With the settings that it has without a configuration, nbgrader would take course/submitted for its own and run
# students' programs as whoever marks.
_WRONG_FOLDER = '''"""nbgrader's commands are typed one folder further up."""

raise SystemExit("Nothing was done here. Type the command in the course's folder: " + {0!r})
'''


def make_course_folder(root: Path) -> None:
    """Make the folder that holds what a class hands in, and see that no nbgrader command is typed in it."""
    folder = root / "course"
    words = _WRONG_FOLDER.format(str(root))
    with contextlib.suppress(OSError):  # a copy that may not be changed can still be looked at
        folder.mkdir(exist_ok=True)
        config = folder / "nbgrader_config.py"
        if not config.exists() or config.read_text(encoding="utf-8") != words:
            config.write_text(words, encoding="utf-8")


def gradebook_url(root: Path) -> str:
    """Return the address of the gradebook in a course folder, whatever signs its path has."""
    path = str(root / "course/gradebook.db")
    plain = f"sqlite:///{path}"
    if make_url(plain).database == path:
        return plain
    return URL.create("sqlite", database=path).render_as_string()


def nbgrader(*arguments: str, root: Path = ROOT, check: bool = True) -> subprocess.CompletedProcess:
    """Run an nbgrader command in the course folder `root`.

    Raises:
        subprocess.CalledProcessError: it failed and `check` is true; what it said stands above.
    """
    # nbgrader calls `alembic` by name, which lies beside this Python whether or not that is activated.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    command = [sys.executable, "-m", "nbgrader", *arguments]
    return subprocess.run(command, cwd=root, check=check, env=os.environ | {"PATH": path})


def release(lessons: list[str], root: Path = ROOT) -> None:
    """Run `nbgrader generate_assignment` for the lessons of the course folder `root`.

    Raises:
        subprocess.CalledProcessError: nbgrader refused a lesson.
    """
    make_course_folder(root)
    for lesson in lessons:
        nbgrader(
            "generate_assignment", lesson, "--create", "--force", "--log-level=WARN", root=root
        )


if __name__ == "__main__":
    HERE = course()
    release(sys.argv[1:] or lesson_ids(HERE.sources), HERE.root)
