"""python -m helpers.grading autograde 01_tensors --jobs=8; collect 01_tensors; students FILE"""

import sys
from importlib import import_module

# Not imported above: workers import this module too, and have no use for the judge.
_COMMANDS = {
    "autograde": ("helpers.grading.batch", "BatchApp"),
    "collect": ("helpers.grading.collect", "CollectApp"),
    "students": ("helpers.grading.students", "StudentsApp"),
}

if __name__ == "__main__":
    if sys.argv[1:2] == [] or sys.argv[1] not in _COMMANDS:
        sys.exit(f"usage: python -m helpers.grading {'|'.join(_COMMANDS)} LESSON or FILE [--help]")
    module, app = _COMMANDS[sys.argv[1]]
    getattr(import_module(module), app).launch_instance(sys.argv[2:])
