"""nbgrader's place for running a submission: in the sandbox, with the checks judged outside."""

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Integer

from helpers.grading.executed import Executed, TimeLimits
from helpers.grading.files import read_files
from helpers.grading.intake import hand_in
from helpers.grading.needs import earned, must_run_in_full, skippable
from helpers.grading.records import NotebookRecords, records_of
from helpers.grading.restore import REMARKS
from helpers.grading.shelf import Shelf
from helpers.grading.worker import run_here

STAMP = "course_marking"
"""The notebook's metadata under this name say how the run went; they stand only in a marked notebook."""


@dataclass(frozen=True)
class Marking:
    """What a worker has brought back of one notebook, its checks judged.

    Attributes:
        handed_in: the fingerprint of the files that were handed in.
        remarks: what was odd about them; empty where the notebook was taken as it was.
        usable: whether there was a notebook that could be read.
        records: which records of it are kept (`NotebookRecords.marking`).
    """

    executed: Executed
    handed_in: str = ""
    remarks: tuple[str, ...] = ()
    usable: bool = True
    records: str = ""

    def __deepcopy__(self, memo: dict) -> "Marking":
        """Return this: nbconvert copies all resources, and these are large."""
        return self


class Execute(NbGraderPreprocessor):
    """Runs a notebook in the sandbox. Checks of a lesson are marked outside it; other cells as nbgrader does.

    Where `resources["course_marking"]` is a `Marking`, that was done already. Afterwards failures and suspicions
    stand there.
    """

    sandbox = Bool(True, help="Run submissions in a sandbox; without one they run as you.").tag(
        config=True
    )
    timeout = Integer(30, help="Seconds that a student's cell may take.").tag(config=True)
    total_timeout = Integer(600, help="Seconds that a submission may take.").tag(config=True)

    @property
    def time_limits(self) -> TimeLimits:
        """The limits as the runner wants them."""
        return TimeLimits(self.timeout, self.total_timeout)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Run and mark one notebook.

        Raises:
            SandboxError: there is no sandbox here, and none was waived.
        """
        marking = resources.get(STAMP)
        known: dict[str, Any] = {}
        if isinstance(marking, Marking):
            executed = marking.executed
            known = {"handed_in": marking.handed_in, "remarks": list(marking.remarks)}
            known |= {"usable": marking.usable, "records": marking.records}
        else:
            executed, records = self._run(nb, resources)
            known = {"records": self._keep(records, executed, resources)}
        student = resources["nbgrader"]["student"]
        for words in executed.failures:
            self.log.warning("%s: %s", student, words)
        for words in executed.suspicions:
            self.log.warning("%s, suspicious: %s", student, words)
        report: dict[str, Any] = {
            "failures": executed.failures,
            "suspicions": executed.suspicions,
        } | known
        executed.notebook.metadata[STAMP] = resources[STAMP] = report
        return executed.notebook, resources

    def _keep(self, records: NotebookRecords, executed: Executed, resources: dict) -> str:
        """Keep the records of a notebook that nbgrader's own command marks; returns which they are."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return ""
        names = resources["nbgrader"]
        submitted, assignment = coursedir.submitted_directory, names["assignment"]
        folder = Path(coursedir.format_path(submitted, names["student"], assignment))
        whole = replace(records, handed_in=hand_in(names["student"], folder).fingerprint)
        shelf = Shelf.of(coursedir, assignment)
        executed.failures += shelf.keep(names["student"], {names["notebook"]: whole}, others=True)
        return whole.marking

    def _run(self, nb: NotebookNode, resources: dict) -> tuple[Executed, NotebookRecords]:
        """Run the cells that the marks need, and all where that may have cost a mark; judge the checks."""
        # Not above: only who judges needs torch.
        from helpers.grading.marking import find_checks, judge_checks

        remarks = nb.metadata.pop(REMARKS, [])
        checks = find_checks(nb, resources["nbgrader"]["notebook"])
        probes = {index: checked.probe for index, checked in checks.items()}
        names = {index: checked.name for index, checked in checks.items()}
        files, left_out = read_files(Path(resources["metadata"]["path"]))
        skip = skippable(nb.cells, names) if checks else frozenset()
        for skipped in (skip, frozenset()):
            copied = copy.deepcopy(nb)
            executed = run_here(
                copied,
                probes,
                files,
                self.sandbox,
                self.time_limits,
                skipped,
                own_lesson=bool(checks),
            )
            judge_checks(executed, checks, files)
            cells = executed.notebook.cells
            ran = frozenset(range(len(cells))) - skipped
            if not must_run_in_full(cells, names, ran, earned(cells)):
                break
        executed.failures += left_out + remarks
        return executed, records_of(executed, checks, files, "")
