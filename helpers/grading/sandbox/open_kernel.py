"""Kernels without a sandbox, for a teacher who asks for that."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_client import AsyncKernelManager

from helpers.grading.files import write_files
from helpers.grading.sandbox.export import export_without_answers
from helpers.grading.sandbox.sandbox import Start
from helpers.notebooks import ROOT


class OpenKernelManager(AsyncKernelManager):
    """Manages a kernel without a sandbox."""

    def kill_hard(self) -> None:
        """Kill the kernel; any thread may call this."""
        process = getattr(self.provisioner, "process", None)
        if process is not None:
            process.kill()


def open_kernel(
    folder: Path, begin: Start
) -> tuple[Callable[[], OpenKernelManager], dict[str, Any]]:
    """Return the manager and the start arguments of a kernel without a sandbox, in a copy of the files in `folder`.

    In a lesson of the course's own it imports the answer-free copy too, but nothing keeps a student's code from
    looking further.
    """
    environment = os.environ | {"NBGRADER_EXECUTION": "autograde"}
    environment["COURSE_PROGRESS"] = str(folder / "progress.json")
    if begin.own_lesson:
        sealed = export_without_answers(folder / "sealed")
        (sealed / "assets").rmdir()
        (sealed / "assets").symlink_to(ROOT / "assets")
        environment["PYTHONPATH"] = str(sealed)
    write_files(begin.files, folder / "files")
    manager = partial(OpenKernelManager, kernel_name="python3")
    return manager, {"env": environment, "cwd": str(folder / "files")}
