import re
import subprocess
import sys
import time

import pytest

from helpers.notebooks import ROOT
from helpers.requirements import MENDED_BY, NEEDED, refuse_old_or_missing


def test_what_is_installed_will_do():
    refuse_old_or_missing()


@pytest.mark.parametrize("needed", [{"no-such-package": (1, 0)}, {"torch": (99, 0)}])
def test_a_missing_or_old_package_is_named_with_the_command_that_mends_it(needed):
    with pytest.raises(ImportError, match=re.escape(MENDED_BY)) as error:
        refuse_old_or_missing(needed)
    assert next(iter(needed)) in str(error.value)
    assert "\n" not in str(error.value)


def test_the_pins_are_exact_and_no_older_than_what_is_needed():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    assert all(
        re.fullmatch(r"[\w.\[\]-]+==[\w.]+", line) for line in lines if line and line[0] not in "#-"
    )
    assert lines[-1] == "-e ."
    for name, least in NEEDED.items():
        assert tuple(map(int, pins[name].split(".")[:2])) >= least


CHANGES_NOTHING = """
import random, warnings, torch, numpy, matplotlib, matplotlib.pyplot as plt
def state():
    return (random.getstate(), torch.get_rng_state().tolist(), str(numpy.random.get_state()),
            torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads(),
            dict(matplotlib.rcParams), plt.get_fignums(), list(warnings.filters))
before = state()
import helpers, helpers.plots, helpers.data, helpers.demos, helpers.progress
from helpers.checks import lesson
lesson("01_tensors")
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
