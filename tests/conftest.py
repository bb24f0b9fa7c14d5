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
