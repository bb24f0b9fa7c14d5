"""The proof that an exercise's few inputs tell its right answer from those that differ from it in one place."""

from collections.abc import Iterable, Iterator

from helpers.checks import plain
from helpers.checks.exercise import CheckTask, Exercise, TrainingExercise
from helpers.checks.mutate import Mutant, mutants
from helpers.checks.probe import probe
from helpers.checks.show import show
from helpers.proofs.declarations import for_points, verdict_on_record
from helpers.proofs.pool import Inputs, Tried, pool
from helpers.proofs.report import Shortfall, Trial

_POOL = range(5000, 5030)
"""Seeds of the inputs on which a mutant is looked at that the check lets pass."""


def mutants_fail(exercise: Exercise, seeds: Iterable[int]) -> Iterator[Trial]:
    """Each mutant of the reference that differs from it on some input loses points, whatever the seed.

    A mutant that passes is compared with the reference on some hundred inputs, see `helpers.proofs.pool`. Where it
    differs on none it counts as equivalent. Where it differs and nevertheless is right, the declaration says why:
    `equivalent = {"x < 0 -> x <= 0": "both are 0 there"}`.

    A training exercise is left out: what trains well is right, however it differs.

    Args:
        exercise: the declaration.
        seeds: of the checks that are tried.
    """
    made = [] if isinstance(exercise, TrainingExercise) else mutants(exercise.reference)
    quick = for_points(exercise)
    tasks = {seed: exercise.task(seed) for seed in (seeds if made else ())}
    tried: Tried | None = None
    for mutant in made:
        passes = [seed for seed, task in tasks.items() if _passes(quick, task, mutant)]
        if not passes:
            yield Trial("mutants killed")
            continue
        if mutant.id in exercise.equivalent:
            yield Trial("mutants that are right, as the declaration says")
            continue
        tried = tried or Tried(exercise, _inputs(exercise))
        found = tried.where_it_differs(mutant.answer)
        if found is None and len(passes) == len(tasks):
            yield Trial("mutants equivalent")
            continue
        yield Trial("mutants survived", _survives(exercise, mutant, found, len(passes), len(tasks)))
    for change in sorted(set(exercise.equivalent) - {m.id for m in made}):
        says = f"`equivalent` names a change that the reference does not have: {change}"
        yield Trial("reasons", Shortfall(exercise.id, says))


def _passes(exercise: Exercise, task: CheckTask, mutant: Mutant) -> bool:
    record = probe(task.plan, mutant.answer)
    return verdict_on_record(exercise, task, record).points >= exercise.points


def _inputs(exercise: Exercise) -> list[tuple[str, Inputs]]:
    seeds = _POOL if exercise.seconds < 2 else _POOL[:4]
    return list(pool(exercise, seeds))


def _survives(
    exercise: Exercise, mutant: Mutant, found: tuple[str, list] | None, passed: int, number: int
) -> Shortfall:
    says = (
        f"a changed answer reaches all points on the inputs of {passed} of {number} seeds: add a case on which it goes "
        "wrong"
    )
    if found is None:
        return Shortfall(
            exercise.id, says, mutant.id, "it depends on the seed: fix a case that tells it"
        )
    what, encoded = found
    shown = ", ".join(_shown(one) for one in encoded)
    return Shortfall(exercise.id, says, mutant.id, f"it differs on ({what}): {shown[:600]}")


def _shown(encoded: object) -> str:
    if isinstance(encoded, dict) and encoded.get("kind") == "recipe":
        return str(encoded.get("builder", "a recipe")).rpartition(".")[2]
    return show(plain.decode(encoded))
