"""A course folder in which a lesson is released."""

import shutil
import sys

import nbformat
from jupyter_core.application import NoStart
from nbgrader.api import Gradebook
from nbgrader.apps import GenerateAssignmentApp

from tests.grading.course import LESSON, LESSONS, SETTINGS, find, trial_lesson


class Folder:
    """A course folder with this project's settings, in which nbgrader's commands run in this process."""

    def __init__(self, root, monkeypatch):
        self.root, self._monkeypatch = root, monkeypatch
        (root / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
        shutil.copytree(LESSONS, root / "lessons", ignore=shutil.ignore_patterns("__pycache__"))

    def write(self, notebook, name=LESSON, folder=LESSON):
        """Write a source notebook."""
        place = self.root / "solutions" / folder
        place.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, place / f"{name}.ipynb")

    def nbgrader(self, command, *arguments, inside="."):
        """Run a command; return whether it ended well."""
        self._monkeypatch.chdir(self.root / inside)
        path = list(sys.path)
        app = command()
        try:
            app.initialize(list(arguments))
            app.start()
        except SystemExit as end:
            return not end.code
        except NoStart:
            pass
        finally:
            sys.path[:] = path
            app.reset()
        return True

    def release(self, *options, inside="."):
        """Run `nbgrader generate_assignment`; return whether it ended well."""
        return self.nbgrader(GenerateAssignmentApp, LESSON, *options, inside=inside)

    def released(self):
        """Return all files of the learner editions, by path."""
        editions = self.root / "notebooks"
        files = (p for p in sorted(editions.rglob("*")) if p.is_file())
        return {str(p.relative_to(editions)): p.read_bytes() for p in files}

    def gradebook(self):
        """Open the gradebook."""
        return Gradebook(f"sqlite:///{self.root}/course/gradebook.db")


def with_check(source, points=3.0, setup=None):
    """Return the lesson with another check cell for `double`."""
    notebook = trial_lesson()
    find(notebook, "double_check").source = source
    find(notebook, "double_check").metadata.nbgrader.points = points
    if setup:
        notebook.cells[0].source = setup
    return notebook
