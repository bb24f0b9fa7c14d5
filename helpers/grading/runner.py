"""Run a submission's notebook: its own cells as they are, the checks by probes of the marker.

Knows no gradebook and no right answer, so that it may run on any machine of a class.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from jupyter_core.utils import run_sync
from nbformat.notebooknode import NotebookNode

from helpers.grading.client import SubmissionClient
from helpers.grading.executed import Executed, ForeignLanguage, Probe, TimeLimits
from helpers.grading.files import shown

_LANGUAGES = ("ir", "julia", "bash", "octave", "xcpp", "scala", "javascript", "deno", "sas", "rust")


def language_of(notebook: NotebookNode) -> str:
    """Return the language that a notebook says it is written in; "python" where it says nothing."""
    spec = notebook.metadata.get("kernelspec")
    info = notebook.metadata.get("language_info")
    spec, info = (part if isinstance(part, dict) else {} for part in (spec, info))
    said = str(spec.get("language") or info.get("name") or "").strip()
    if not said:
        kernel = str(spec.get("name") or "").strip().casefold()
        said = next((name for name in _LANGUAGES if kernel.split("-")[0] == name), "python")
    return "python" if said.casefold() in ("python", "ipython", "python3", "python2") else said


def run(
    notebook: NotebookNode,
    probes: dict[int, Probe],
    make_manager: Callable[[], Any],
    time_limits: TimeLimits | None = None,
    skip: frozenset[int] = frozenset(),
    own_lesson: bool = True,
    **start: Any,
) -> Executed:
    """Run every cell of `notebook` in one kernel.

    It ends in `time_limits.submission` seconds, and a short time for the kernel's start and end, whatever the
    kernel sends or does not send.

    Args:
        notebook: changed in place.
        probes: for the index of a check's cell, what is run in its stead.
        make_manager: makes the kernel's manager; that has `kill_hard()`, which any thread may call.
        time_limits: the limits of time and output.
        skip: indices of cells of the course's own that nothing depends on; they are not run and show nothing.
        own_lesson: whether the notebook is one of the course's lessons. Else nothing of the course's helpers
            takes part: no cell runs without its pictures.
        start: further arguments for the kernel's start.

    Raises:
        KernelLost: the sandbox ended; nothing is known of the submission.
        ForeignLanguage: the notebook is not in Python.
    """
    language = language_of(notebook)
    if language != "python":
        raise ForeignLanguage(f"the notebook is written in {shown(language)}, not in Python")
    client = SubmissionClient(
        notebook, probes, make_manager, time_limits or TimeLimits(), skip, own_lesson
    )
    _wait_for(client.run, start)
    client.tidy()
    return client.done


def _wait_for(coroutine: Callable[..., Any], arguments: dict[str, Any]) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(coroutine(**arguments))  # which ends the kernel, too, when Ctrl-C is pressed
    else:  # as in the formgrader's server
        run_sync(coroutine)(**arguments)
