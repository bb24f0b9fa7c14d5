"""Run every test: `make test`, or `python -m tests [parts] [options for pytest]`.

Three parts, since nbval compares the stored outputs of solutions/ and has none to compare in notebooks/. All of them
run, whatever the first says; the exit status tells whether all passed. `python -m tests fast` runs what takes the
shortest time: no kernels, no browser, no real marking, none of the longer proofs.
"""

import os
import subprocess
import sys
import time

from helpers.notebooks import NOTEBOOKS, ROOT, SOLUTIONS

WORKERS = str(min(4, os.cpu_count() or 1))
RUNS = {
    "tests": ["tests", "--dist=loadgroup"],
    "solutions": [str(SOLUTIONS), "--nbval", "--dist=loadfile"],  # outputs compared
    "notebooks": [str(NOTEBOOKS), "--nbval-lax", "--dist=loadfile"],  # the learner editions
}
FAST = [
    "tests",
    "--dist=loadgroup",
    "-m",
    "not notebook and not grading and not browser and not slow",
]


def main(arguments: list[str]) -> int:
    """Return 0 when every test passed."""
    parts = [a for a in arguments if a in RUNS]
    options = [a for a in arguments if a not in RUNS and a != "fast"]
    runs = {part: RUNS[part] for part in parts or RUNS}
    if "fast" in arguments:
        runs = {"fast": FAST}
    # One torch thread for each worker and kernel, and a learner's own progress left alone.
    settings = {"OMP_NUM_THREADS": "1", "COURSE_PROGRESS": os.devnull}
    results = {}
    for name, chosen in runs.items():
        command = [sys.executable, "-m", "pytest", f"-n{WORKERS}", *chosen, *options]
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
