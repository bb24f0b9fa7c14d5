"""What the marker has the process of a student's code do: run an answer and show the record; draw nothing.

A graded cell is not run there at all. The marker asks `send_record` to run the student's answer on inputs that it
chose, and judges what comes back elsewhere.
"""

import json
import sys

__all__ = ["quiet", "send_record"]

MIME = "application/vnd.course.record+json"


_quiet = False


def quiet(on: bool) -> None:
    """Draw no pictures and write short tracebacks in the cells that follow, or do so again."""
    global _quiet
    from IPython import get_ipython

    from helpers.plots.style import skip_drawing

    skip_drawing(on)
    _quiet, shell = on, get_ipython()
    # Before anything was drawn, so that this comes before the pictures are shown.
    if _close_figures not in shell.events.callbacks["post_execute"]:
        shell.events.register("post_execute", _close_figures)
    formatter = shell.display_formatter
    formatter.active_types = ["text/plain"] if on else formatter.format_types
    formatter.ipython_display_formatter.enabled = not on
    shell.InteractiveTB.set_mode("Minimal" if on else "Context")


def _close_figures() -> None:
    if _quiet and "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def send_record(plan: str, name: str) -> None:
    """Run the answer called `name` as `plan` (JSON) says and show the record in a form of its own."""
    from IPython.display import display

    from helpers.checks.probe import MISSING, probe

    answer = sys.modules["__main__"].__dict__.get(name, MISSING)
    record = json.dumps(probe(json.loads(plan), answer))
    display({MIME: record}, raw=True)
