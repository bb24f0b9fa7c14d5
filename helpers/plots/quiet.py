"""Drawing switched off, for the marking of a lesson: nobody looks at the pictures that the course itself draws."""

import sys

from helpers.plots.style import skip_drawing

_quiet = False


def quiet(on: bool) -> None:
    """Draw no pictures and write short tracebacks in the cells that follow, or do so again."""
    global _quiet
    from IPython import get_ipython

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
