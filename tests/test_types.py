"""Types: what the checks, the marking and the list of lessons say of their values is true."""

import subprocess
import sys

from helpers.notebooks import ROOT


def test_mypy_finds_nothing():
    # Its settings stand in pyproject.toml; it keeps what it knows in .mypy_cache, and takes seconds from then on.
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
