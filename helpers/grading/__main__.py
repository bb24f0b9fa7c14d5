"""python -m helpers.grading COMMAND ...: what a teacher does with a class beside nbgrader's own commands."""

import os
import pkgutil
import sys
from pathlib import Path

COMMANDS = {
    "students": ("helpers.grading.students:StudentsApp", "FILE", "enter a class list"),
    "collect": (
        "helpers.grading.collecting.command:CollectApp",
        "LESSON",
        "sort what was handed in",
    ),
    "autograde": ("helpers.grading.autograde:BatchApp", "LESSON", "mark all submissions"),
    "rejudge": (
        "helpers.grading.rejudging.command:RejudgeApp",
        "LESSON",
        "judge again after a check was mended",
    ),
}
"""For each command its nbgrader application, its argument, and what it does. Imported when it is called: workers
import this module too, and have no use for the judge."""


def usage() -> str:
    """Return how the commands are called."""
    lines = [
        f"  {name + ' ' + argument:20}{does}" for name, (_, argument, does) in COMMANDS.items()
    ]
    options = "Each tells its options: python -m helpers.grading COMMAND --help"
    return "\n".join(["usage: python -m helpers.grading COMMAND", *lines, options])


def main(arguments: list[str]) -> None:
    """Carry out a command; leaves with its exit status."""
    if arguments[:1] in (["-h"], ["--help"], ["help"]):
        print(usage())
    elif not arguments or arguments[0] not in COMMANDS:
        unknown = f"there is no command {arguments[0]!r}\n" if arguments else ""
        sys.exit(unknown + usage())
    else:
        # nbgrader calls `alembic` by name, which lies beside this Python whether or not that is activated.
        beside = str(Path(sys.executable).parent)
        os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", os.defpath)])
        pkgutil.resolve_name(COMMANDS[arguments[0]][0]).launch_instance(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
