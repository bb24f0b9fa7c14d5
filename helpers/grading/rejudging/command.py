"""python -m helpers.grading rejudge 01_tensors: judge a class again after a check was mended.

Without `--apply` it only tells which marks would change. With it they change; marks given by hand, comments and extra
credit stay.
"""

import contextlib
import sys
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.apps.baseapp import NbGrader, nbgrader_aliases, nbgrader_flags
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from sqlalchemy.engine import make_url
from traitlets import Bool, default

from helpers.grading.alone import alone
from helpers.grading.autograde import course_problem
from helpers.grading.pages.text import printable
from helpers.grading.rejudging.changed import table
from helpers.grading.rejudging.submissions import Rejudging


class RejudgeApp(NbGrader):
    """Judges a lesson again from its records."""

    name = "rejudge"
    description = "Judge a lesson again from the records of its marking, after a check was mended."
    aliases = nbgrader_aliases
    flags = nbgrader_flags | {
        "apply": ({"RejudgeApp": {"apply": True}}, "Change the marks; else they are only shown.")
    }

    apply = Bool(False, help="Change the marks; else they are only shown.").tag(config=True)

    @default("classes")
    def _classes_default(self) -> list:
        return [*super()._classes_default(), Autograde]

    def start(self) -> None:
        """Judge, print the table, and leave with 0 if every submission could be judged, else with 1."""
        if len(self.extra_args) == 1:
            self.coursedir.assignment_id = self.extra_args.pop()
        if self.extra_args or not self.coursedir.assignment_id:
            self.fail("name one lesson, say: python -m helpers.grading rejudge 01_tensors")
        problem = course_problem(self.config, Path(self.coursedir.root))
        if problem:
            self.fail(problem)
        self._insist_on_gradebook()
        lines = []
        try:
            with alone(self.coursedir) if self.apply else contextlib.nullcontext():
                for line in Rejudging(self, self.apply).lines():
                    lines.append(line)
        except NbGraderException as error:
            self.fail(str(error))
        except MissingEntry:
            words = printable(self.coursedir.assignment_id, 80)
            self.fail(f"there is no assignment {words} in the gradebook: release it first")
        except KeyboardInterrupt:
            print(table(lines, self.apply))
            self.fail(
                "stopped; each submission above is done as a whole, the others are as they were"
            )
        if not lines:
            self.fail("there is no such submission in the gradebook, and none was handed in")
        print(table(lines, self.apply))
        sys.exit(any(line.problems for line in lines))

    def _insist_on_gradebook(self) -> None:
        url = make_url(self.coursedir.db_url)
        path = url.database if url.get_backend_name() == "sqlite" else ""
        if path and not Path(path).exists():
            self.fail(f"there is no gradebook {path}: release the lesson first")
