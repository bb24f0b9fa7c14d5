"""What is installed, and that importing it changes nothing."""

import re
import subprocess
import sys
import time
import tomllib

from packaging.requirements import Requirement

from helpers.notebooks import ROOT


def test_what_is_pinned_is_what_the_package_asks_for():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and line[0] not in "#-"]
    assert all(re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line) for line in pins)
    assert lines[-1] == "-e ."
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    asked = {r.name: r for r in map(Requirement, [*project["dependencies"], *extras])}
    pinned = {r.name: str(r.specifier).removeprefix("==") for r in map(Requirement, pins)}
    assert set(pinned) == set(asked)
    for name, version in pinned.items():
        assert asked[name].specifier.contains(version), name


CHANGES_NOTHING = """
import random, warnings, torch, numpy, matplotlib, matplotlib.pyplot as plt
def state():
    return (random.getstate(), torch.get_rng_state().tolist(), str(numpy.random.get_state()),
            torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads(),
            dict(matplotlib.rcParams), plt.get_fignums(), list(warnings.filters))
before = state()
import helpers, helpers.plots, helpers.data, helpers.explore, helpers.progress
from helpers.lessons import lesson
from helpers.lessons.tensors import check, demos
assert lesson("01_tensors") is check
check.standardize.exercise
names = [i for i, (a, b) in enumerate(zip(before, state())) if a != b]
assert not names, names
"""


def test_importing_changes_no_global_state():
    subprocess.run([sys.executable, "-W", "ignore", "-c", CHANGES_NOTHING], check=True)


def test_importing_helpers_alone_imports_no_heavy_package():
    code = "import sys, helpers; print([m for m in ('torch', 'matplotlib', 'sklearn') if m in sys.modules])"
    start = time.perf_counter()
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"import helpers: {time.perf_counter() - start:.2f} s with the start of Python")
    assert shown.stdout.strip() == "[]"
