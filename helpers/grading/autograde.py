"""The command that marks a class: `python -m helpers.grading autograde`."""

import sys
from collections.abc import Mapping
from pathlib import Path

from nbgrader.apps import AutogradeApp
from nbgrader.converters.base import NbGraderException
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from helpers.grading.batch import ParallelAutograde
from helpers.grading.pages.text import printable
from helpers.grading.report import table
from helpers.grading.sandbox.sandbox import SandboxError


def course_problem(config: Mapping, folder: Path) -> str:
    """Return why nothing may be marked with a configuration, in words that say where to go, or "".

    Without the course's own settings nbgrader runs students' code as whoever marks.
    """
    chosen = [str(p) for p in config.get("Autograde", {}).get("autograde_preprocessors", [])]
    if any(p.endswith("helpers.grading.execute.Execute") or "Execute'" in p for p in chosen):
        return ""
    above = [p for p in folder.resolve().parents if (p / "nbgrader_config.py").exists()]
    where = f"go to {above[0]}" if above else "go to the course's folder, where that file lies"
    return f"{folder} has no nbgrader_config.py that runs submissions in the sandbox, so nothing is marked: {where}"


def gradebook_problem(url: str, error: Exception) -> str:
    """Return in words that the gradebook cannot be used."""
    where = make_url(url).render_as_string(hide_password=True)
    cause = str(getattr(error, "orig", None) or error).splitlines()[0]
    return printable(
        f"the gradebook {where} cannot be used: {cause}. If another program has it open, close that; what was marked "
        "before is kept, run the same command again for the rest",
        1000,
    )


class BatchApp(AutogradeApp):
    """`nbgrader autograde` with many workers."""

    name = "autograde"
    aliases = AutogradeApp.aliases | {
        "jobs": "ParallelAutograde.jobs",
        "scheduler": "ParallelAutograde.scheduler",
    }
    flags = AutogradeApp.flags | {
        "no-sandbox": (
            {"ParallelAutograde": {"sandbox": False}},
            "Run submissions as you, without a sandbox: only if you trust every one of them.",
        ),
    }

    def start(self) -> None:
        """Mark, print the table, and leave with 0 if every submission is marked, else with 1."""
        if len(self.extra_args) == 1:
            self.coursedir.assignment_id = self.extra_args.pop()
        if not self.coursedir.assignment_id:
            self.fail("name the assignment, say: python -m helpers.grading autograde 01_tensors")
        problem = course_problem(self.config, Path(self.coursedir.root))
        if problem:
            self.fail(problem)
        try:
            converter = ParallelAutograde(coursedir=self.coursedir, parent=self)
            converter.start()
        except (SandboxError, NbGraderException) as error:
            self.fail(printable(str(error), 2000) if "\n" not in str(error) else str(error))
        except SQLAlchemyError as error:
            self.log.debug("the gradebook", exc_info=True)
            self.fail(gradebook_problem(self.coursedir.db_url, error))
        except KeyboardInterrupt:
            self.fail("stopped; what is finished is kept, run the same command again for the rest")
        print(table(converter.report))
        sys.exit(any(not o.marked or not o.in_full for o in converter.report))
