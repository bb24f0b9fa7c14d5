"""List, lay out and prove lessons.

python -m helpers.lessons list
python -m helpers.lessons new 16_my_topic
python -m helpers.lessons prove 16_my_topic
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m helpers.lessons", description=_FIRST)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="show all lessons with their exercises, points and origin")
    laid = commands.add_parser("new", help="lay out a working lesson")
    laid.add_argument("lesson", help="two digits and a topic: 16_my_topic")
    laid.add_argument("--folder", help="where its package goes, from the course's folder on")
    proved = commands.add_parser("prove", help="prove that lessons hold what they promise")
    proved.add_argument("lessons", nargs="*", metavar="lesson", help="left out: all")
    proved.add_argument("--quick", action="store_true", help="the exercises without the notebooks")
    says = "change the right answers one place at a time, too; this takes minutes"
    proved.add_argument("--mutants", action="store_true", help=says)
    says = "with --mutants: how many checks each is to fail (default: 5)"
    proved.add_argument("--seeds", type=_number, default=5, metavar="N", help=says)
    chosen = parser.parse_args(arguments)
    if chosen.command == "list":
        return _list()
    if chosen.command == "new":
        return _new(chosen.lesson, chosen.folder)
    seeds = chosen.seeds if chosen.mutants else 0
    return _prove(chosen.lessons, quick=chosen.quick, seeds=seeds)


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one seed is needed")
    return number


_FIRST = "List, lay out and prove lessons, wherever they come from."


def _new(lesson: str, folder: str | None) -> int:
    from helpers.lessons.new import Refused, new

    try:
        laid = new(lesson, folder)
    except Refused as error:
        print(f"Nothing was written: {error}.", file=sys.stderr)
        return 1
    here = Path.cwd()
    print(f"Laid out {lesson}:")
    for file in laid.files:
        print(f"  {file.relative_to(here) if file.is_relative_to(here) else file}")
    print(f"\n{laid.advice}" if laid.advice else "")
    print(f"Now:  python -m helpers.lessons prove {lesson}")
    return 0


# What follows imports torch, which takes a second or two; `new` does without.


def _list() -> int:
    from helpers.lessons.registry import Broken, found

    status = 0
    known = sorted(found(), key=lambda pair: getattr(pair[1], "id", "~"))
    for origin, one in known:
        if isinstance(one, Broken):
            status = 1
            print(f"✘ {origin.package} ({origin.source}) is no lesson: {one.why}\n")
            continue
        lines, points = [], 0.0
        for check in one:
            try:
                exercise = check.exercise
            except Exception as error:  # whatever a module of a teacher's raises
                status = 1
                lines.append(f"  ✘ {check.name}: {type(error).__name__}: {error}")
                continue
            points += exercise.points
            kind = type(exercise).__mro__[1].__name__.removesuffix("Exercise").lower()
            lines.append(f"    {check.name:26} {kind:10} {exercise.points:4g}")
        print(f"{one.id}: {len(one)} exercises, {points:g} points, from {origin.source}")
        print("\n".join(lines) + "\n")
    return status


def _prove(names: list[str], *, quick: bool, seeds: int) -> int:
    from helpers.lessons.places import course
    from helpers.lessons.registry import lesson, lesson_ids
    from helpers.proofs.declarations import prove_exercises
    from helpers.proofs.editions import prove_editions
    from helpers.proofs.mutation import mutants_fail
    from helpers.proofs.report import report

    status = 0
    for name in names or lesson_ids():
        try:
            one = lesson(name)
        except LookupError as error:
            words = str(error.args[0])
            print(f"✘ {words}\n  It is looked for in {_looked_in()}.", file=sys.stderr)
            status = 1
            continue
        print(f"{one.id}:", flush=True)
        proofs = [prove_exercises(one)]
        if seeds:
            exercises = [check.exercise for check in one]
            proofs.append(trial for e in exercises for trial in mutants_fail(e, range(seeds)))
        if not quick:
            proofs.append(prove_editions(one, course()))
        for proof in proofs:
            done = report(proof)
            for short in done.short:
                print(f"✘ {short}\n", flush=True)
            print(f"  tried: {done.counts}", flush=True)
            status |= bool(done.short)
            if done.short and proof is not proofs[-1]:
                print("  The notebook is proved when the exercises are right.")
                break
    print("Something falls short." if status else "✔ All proofs hold.")
    return int(status)


def _looked_in() -> str:
    from helpers.lessons.places import folders

    places = [
        "helpers/lessons",
        "installed packages with an entry point in the group helpers.lessons",
    ]
    places += [str(folder) for folder in folders()]
    return (
        "; ".join(places)
        + "; other folders are named by `c.Lessons.lesson_folders` in nbgrader_config.py"
    )


if __name__ == "__main__":
    sys.exit(main())
