"""Run every test: `make test`, or `python -m tests [options for pytest]`.

Three runs of pytest, since nbval compares the stored outputs of solutions/ and has none to compare in
notebooks/. All of them run, whatever the first says; the exit status tells whether all passed.
"""

import os
import subprocess
import sys
import time

from helpers.notebooks import NOTEBOOKS, ROOT, SOLUTIONS

WORKERS = str(min(4, os.cpu_count() or 1))
RUNS = {
    "tests": ["tests", "--dist=worksteal"],
    "solutions, outputs compared": [str(SOLUTIONS), "--nbval", "--dist=loadfile"],
    "learner editions": [str(NOTEBOOKS), "--nbval-lax", "--dist=loadfile"],
}


def main(options: list[str]) -> int:
    """Return 0 when every test passed."""
    # One torch thread for each worker and kernel, and a learner's own progress left alone.
    settings = {"OMP_NUM_THREADS": "1", "COURSE_PROGRESS": os.devnull}
    results = {}
    for name, arguments in RUNS.items():
        command = [sys.executable, "-m", "pytest", f"-n{WORKERS}", *arguments, *options]
        print(f"\n== {name} ==", flush=True)
        start = time.monotonic()
        status = subprocess.run(command, cwd=ROOT, env=os.environ | settings).returncode
        results[name] = status, time.monotonic() - start
    print()
    for name, (status, seconds) in results.items():
        print(f"{'passed' if status == 0 else 'FAILED'}  {name}  ({seconds:.0f} s)")
    return int(any(status for status, _ in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
