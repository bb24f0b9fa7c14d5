import json
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.grading import sequence, worker
from helpers.grading.executed import COURSES_OWN, KernelLost, Probe, TimeLimits
from helpers.grading.runner import run
from helpers.grading.sandbox.isolation import why_not
from helpers.grading.sandbox.provisioner import SandboxKernelManager
from helpers.grading.sandbox.sandbox import Sandbox, SandboxError, Start
from tests.checks import small

needs_sandbox = pytest.mark.skipif(bool(why_not()), reason=why_not())


@pytest.fixture(scope="module")
def sandbox():
    sandbox = Sandbox()
    yield sandbox
    sandbox.close()


def executed(
    sandbox, *sources, probes=None, time_limits=None, files=None, own=False, own_lesson=True, **more
):
    cells = [new_code_cell(s, metadata={COURSES_OWN: own}) for s in sources]
    return run(
        new_notebook(cells=cells),
        probes or {},
        lambda: SandboxKernelManager(sandbox, Start(files or {}, own_lesson)),
        time_limits,
        own_lesson=own_lesson,
        **more,
    )


def text(done, index):
    return "".join(o.get("text", "") for o in done.notebook.cells[index].outputs)


@needs_sandbox
def test_a_kernel_runs_cells_and_draws(sandbox):
    done = executed(
        sandbox,
        "import torch\nx = torch.ones(2, requires_grad=True)\nx.sum().backward()\nprint(x.grad)",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    )
    assert "tensor([1., 1.])" in text(done, 0)
    assert any("image/png" in o.data for o in done.notebook.cells[1].outputs)


@needs_sandbox
def test_a_cell_of_the_course_draws_no_picture_while_marking(sandbox):
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);\nprint('done')"
    done = executed(sandbox, source, own=True)
    assert [o.output_type for o in done.notebook.cells[0].outputs] == ["stream"]


@needs_sandbox
def test_two_kernels_draw_different_numbers_and_share_no_files(sandbox):
    source = (
        "import os, random, numpy, torch\n"
        "print(random.random(), numpy.random.rand(), torch.rand(1).item(), os.listdir('/tmp/work'))\n"
        "open('note', 'w').write('x'); open('/tmp/note', 'w').write('x')\n"
        "open('/dev/shm/note', 'w').write('x')"
    )
    one, two = (text(executed(sandbox, source), 0).split() for _ in range(2))
    assert not set(one[:3]) & set(two[:3])
    assert two[3:] == ["[]"]


@needs_sandbox
def test_a_probe_brings_back_a_record_of_the_answer(sandbox):
    task = small.check.scale.exercise.task(seed=1)
    source = "def scale(x):\n    return x / x.amax(dim=0)"
    done = executed(
        sandbox, source, "check.scale()", probes={1: Probe(json.dumps(task.plan), "scale")}
    )
    assert '"found": true' in done.records[1]
    assert not done.suspicions


@needs_sandbox
def test_files_beside_the_notebook_can_be_read_but_stand_in_for_nothing(sandbox):
    files = {"json.py": b"raise SystemExit", "mine.py": b"value = 7"}
    done = executed(sandbox, "import json, mine\nprint(mine.value, json.__file__)", files=files)
    assert text(done, 0).startswith("7 ")
    assert "work" not in text(done, 0)


@needs_sandbox
def test_the_work_goes_on_when_the_warm_process_dies(sandbox):
    executed(sandbox, "1")
    os.kill(sandbox._process.pid, signal.SIGKILL)
    assert text(executed(sandbox, "print('still here')"), 0) == "still here\n"


@needs_sandbox
def test_a_submission_is_run_again_when_the_warm_process_dies_under_it(monkeypatch):
    try:
        worker.launch_sandbox(frozenset())
        kill_later = threading.Timer(1.5, lambda: os.kill(worker._sandbox._process.pid, 9))
        kill_later.start()
        notebook = new_notebook(cells=[new_code_cell("import time; time.sleep(4); print(1)")])
        done = worker.run_here(notebook, {}, None, True, TimeLimits(cell=20))
        assert not kill_later.is_alive()
        assert text(done, 0) == "1\n"
        assert not done.failures
        monkeypatch.setattr(sequence, "run", raise_lost)
        with pytest.raises(SandboxError, match="2 times"):
            worker.run_here(notebook, {}, None, True, TimeLimits())
    finally:
        worker.close()


def raise_lost(*arguments):
    raise KernelLost


@needs_sandbox
def test_long_output_is_cut(sandbox):
    done = executed(
        sandbox, "for _ in range(3000): print('x' * 99)", time_limits=TimeLimits(output=10_000)
    )
    assert len(text(done, 0)) < 50_000
    assert "too long" in text(done, 0)


@needs_sandbox
def test_the_time_of_a_submission_ends(sandbox):
    done = executed(
        sandbox, "import time; time.sleep(1)", "x = 1", time_limits=TimeLimits(submission=0)
    )
    assert "too long altogether" in done.failures[0]


def test_what_a_killed_marker_left_is_taken_away(tmp_path):
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = Path(f"/tmp/course-marking-{ended.pid}-test")
    mine = Path(f"/tmp/course-marking-{os.getpid()}-test")
    left.mkdir()
    mine.mkdir()
    Sandbox().close()
    assert not left.exists()
    assert mine.exists()
    mine.rmdir()
