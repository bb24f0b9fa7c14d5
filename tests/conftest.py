"""Settings for all tests: one torch thread each, no windows, progress in a temporary file."""

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

# Before torch or matplotlib is imported, and inherited by the kernels that tests start.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["MPLBACKEND"] = "agg"
os.environ["COURSE_PROGRESS"] = str(Path(tempfile.gettempdir()) / f"progress-{os.getpid()}.json")
os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
# nbgrader calls `alembic` by name, which lies beside this Python whether or not that is activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

import pytest
import torch

torch.set_num_threads(1)


# What takes longest begins first, so that no worker waits in the end.
_LONG = ("tests/grading/", "tests/browser/", "tests/notebooks/", "tests/lessons/test_proofs.py")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Tests that share what a module laid out go to one worker (`--dist=loadgroup`), so that it is made once."""
    for item in items:
        fixtures = item._fixtureinfo.name2fixturedefs.values()
        if any(f[-1].scope in ("module", "package", "session") and f[-1].baseid for f in fixtures):
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    items.sort(key=lambda item: not item.location[0].startswith(_LONG))


@pytest.fixture(autouse=True)
def _own_progress(tmp_path, monkeypatch):
    """Each test keeps its learner's progress to itself."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))


def pytest_terminal_summary(terminalreporter):
    """Print how many right and wrong answers the checks were tried with."""
    counts = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        counts.update(dict(report.user_properties).get("answers", {}))
    if counts:
        tried = ", ".join(f"{number} {kind}" for kind, number in counts.items())
        terminalreporter.write_line(f"proofs of lessons tried: {tried}")
