"""Print how long lessons, checks and imports take: `make bench`. It measures and asserts nothing."""

import os
import statistics
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["COURSE_PROGRESS"] = os.devnull

import nbformat

from helpers.checks.declared import run_declared
from helpers.lessons import lesson, lesson_ids
from helpers.notebooks import execute, path
from helpers.notebooks import lesson_ids as notebook_ids


def main() -> None:
    """Measure on this machine, now; times on a busy machine are longer."""
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}\n")
    _lessons()
    _checks()
    _imports()


def _lessons() -> None:
    print("Run All of the solved lesson, from kernel start to the last cell")
    total = 0.0
    for name in notebook_ids():
        notebook = nbformat.read(path(name), as_version=4)
        start = time.perf_counter()
        execute(notebook, path(name).parent)
        seconds = time.perf_counter() - start
        total += seconds
        print(f"  {name:24} {seconds:6.1f} s")
    print(f"  {'all':24} {total:6.1f} s\n")


def _checks() -> None:
    print("One check of the right answer, the answer's own running time apart")
    everything = []
    for name in lesson_ids():
        times = [_check_time(check) for check in lesson(name)]
        everything += times
        print(
            f"  {name:24} median {1e3 * statistics.median(times):6.1f} ms, slowest {1e3 * max(times):6.1f} ms, "
            f"{len(times)} exercises"
        )
    print(f"  {'all':24} median {1e3 * statistics.median(everything):6.1f} ms\n")


def _check_time(check) -> float:
    exercise = check.exercise
    times = []
    for _ in range(4):  # the first call imports what the exercise uses, and is left out
        start = time.perf_counter()
        check(exercise.reference)
        whole = time.perf_counter() - start
        task = exercise.task(1)
        start = time.perf_counter()
        run_declared(exercise, task.plan, exercise.reference)
        times.append(max(0.0, whole - (time.perf_counter() - start)))
    return statistics.median(times[1:])


def _imports() -> None:
    base = "import torch, matplotlib.pyplot"
    ours = base + ", helpers; from helpers.lessons.tensors import check"
    print("Importing, medians of 7 processes each, in turn")
    times = {code: [] for code in (base, base + ", helpers", ours)}
    for _ in range(7):
        for code, measured in times.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            measured.append(time.perf_counter() - start)
    first = statistics.median(times[base])
    for code, measured in times.items():
        median = statistics.median(measured)
        print(f"  {median:5.2f} s ({median - first:+.2f})  {code}")


if __name__ == "__main__":
    main()
