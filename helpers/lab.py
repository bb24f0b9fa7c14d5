"""Open the course in JupyterLab: `make lab`, or `python -m helpers.lab [JupyterLab's own options]`."""

import os
import sys
import webbrowser
from pathlib import Path

from helpers.notebooks import NOTEBOOKS, ROOT

START = NOTEBOOKS / "index.ipynb"
SETTINGS = Path(__file__).parent / "lab_settings"


def command(options: list[str]) -> list[str]:
    """Return the command that opens the start page; an option given in `options` takes the place of ours."""
    ours = [
        f"--ServerApp.root_dir={ROOT}",  # not notebooks/: the lessons show pictures from assets/
        f"--ServerApp.preferred_dir={NOTEBOOKS}",
        f"--LabApp.default_url=/lab/tree/{START.relative_to(ROOT).as_posix()}",
        f"--LabApp.app_settings_dir={SETTINGS}",  # no look for news or newer versions: offline
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ours.append("--allow-root")  # in a container the user is often root
    if not _has_browser():
        ours.append("--no-browser")
    given = {option.split("=")[0] for option in options}
    ours = [option for option in ours if option.split("=")[0] not in given]
    return [sys.executable, "-m", "jupyterlab", *ours, *options]


def _has_browser() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def main() -> None:
    """Start JupyterLab in the place of this process; Ctrl-C ends it."""
    arguments = command(sys.argv[1:])
    if "--no-browser" in arguments:
        print("Open the address that begins with http://localhost below in a browser.", flush=True)
    # nbgrader calls tools of this environment by name, activated or not.
    bin_folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([bin_folder, os.environ.get("PATH", "")])
    os.execve(sys.executable, arguments, os.environ | {"PATH": path, "JUPYTER_PLATFORM_DIRS": "1"})


if __name__ == "__main__":
    main()
