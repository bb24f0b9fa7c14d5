"""Proofs of a declaration: right answers reach all points, wrong ones never do, and nothing is missing.

Each proof takes an exercise and yields what it tried; `PROOFS` holds them all, `prove_exercises` carries them out for
a lesson.
"""

import copy
import inspect
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from helpers.checks import Lesson
from helpers.checks.exercise import CheckTask, Exercise, RepairExercise, ValueExercise
from helpers.checks.judge import judge
from helpers.checks.probe import probe
from helpers.checks.verdict import Verdict
from helpers.proofs.generic import wrong_answers
from helpers.proofs.report import Shortfall, Trial

SEEDS = (11, 12)
"""Each answer is tried on the inputs of each of them; on those of the first alone where that takes seconds."""

_LONG = 5  # seconds that an exercise gives an answer, from which on one seed has to do

MISTAKES, ALTERNATIVES, HINTS = 3, 2, (2, 4)
"""How many a declaration has at least; of hints also at most."""

Proof = Callable[[Exercise], Iterator[Trial]]


def verdict_on(exercise: Exercise, answer: Any, seed: int, *, keep_source: bool = False) -> Verdict:
    """Judge an answer; without its source, which for a lambda is the declaration's own text."""
    task = exercise.task(seed)
    return verdict_on_record(exercise, task, probe(task.plan, answer), keep_source)


def verdict_on_record(
    exercise: Exercise, task: CheckTask, record: dict, keep_source: bool = False
) -> Verdict:
    """Judge a record; without its source, which for a lambda is the declaration's own text."""
    if not keep_source:
        record = record | {"source": None, "uses": [], "syntax": [], "hides": [], "calls": []}
        if isinstance(exercise, RepairExercise):
            record["source"] = "def other(): 1"
    return judge(exercise, task, record)


def for_points(exercise: Exercise) -> Exercise:
    """Return the exercise without its mistakes: which one an answer is does not change its points, and takes most of
    the time."""
    quick = copy.copy(exercise)
    quick.mistakes = []
    return quick


def _seeds(exercise: Exercise) -> tuple[int, ...]:
    return SEEDS[:1] if exercise.seconds >= _LONG else SEEDS


def right_answers_pass(exercise: Exercise) -> Iterator[Trial]:
    """The reference and each alternative reach all points."""
    answers = [("the reference", exercise.reference, False)]
    answers += [
        (f"alternative {number}", answer, True)
        for number, answer in enumerate(exercise.alternatives, 1)
    ]
    for name, answer, keep_source in answers:
        for seed in SEEDS:
            verdict = verdict_on(exercise, answer, seed, keep_source=keep_source)
            passed = verdict.passed and verdict.points == exercise.points
            says = f"{name} does not reach all points; is it right, and is the check too strict?"
            yield _trial("right answers", passed, exercise, says, answer, verdict)


def mistakes_are_told(exercise: Exercise) -> Iterator[Trial]:
    """Each declared mistake loses points and is told its own sentence."""
    for number, known in enumerate(exercise.mistakes, 1):
        for seed in _seeds(exercise):
            verdict = verdict_on(exercise, known.answer, seed)
            says = ""
            if verdict.points >= exercise.points:
                says = (
                    f"mistake {number} reaches all points: add a case on which it goes wrong. "
                    f"Its sentence: {known.says}"
                )
            elif verdict.mistake != known.says:
                says = (
                    f"mistake {number} loses points, but is not told its sentence, {known.says!r}: it behaves like "
                    "another mistake, or the check stops before values are compared"
                )
            yield _trial("mistakes", not says, exercise, says, known.answer, verdict)


def wrong_answers_fail(exercise: Exercise) -> Iterator[Trial]:
    """Each of the further wrong answers loses points, and something is said to it."""
    exercise = for_points(exercise)
    for number, answer in enumerate(exercise.also_wrong, 1):
        for seed in _seeds(exercise):
            verdict = verdict_on(exercise, answer, seed, keep_source=True)
            says = ""
            if verdict.points >= exercise.points:
                says = f"wrong answer {number} of `also_wrong` reaches all points: add a case on which it goes wrong"
            elif not (verdict.message or verdict.mistake):
                says = f"nothing is said to wrong answer {number} of `also_wrong`"
            yield _trial("further wrong answers", not says, exercise, says, answer, verdict)


def generic_wrong_answers_fail(exercise: Exercise) -> Iterator[Trial]:
    """Wrong answers that are made from the reference never reach all points."""
    exercise = for_points(exercise)
    task = exercise.task(SEEDS[0])
    right = _what_counts(probe(task.plan, exercise.reference)["runs"])
    tried = 0
    for name, answer in wrong_answers(exercise):
        record = probe(task.plan, answer)
        if _what_counts(record["runs"]) == right:
            continue  # this change changes nothing here: a scalar transposed, say
        tried += 1
        verdict = verdict_on_record(exercise, task, record)
        passed = verdict.points < exercise.points
        says = f"a wrong answer reaches all points, {name!r} in place of what the reference gives"
        yield _trial("generic wrong answers", passed, exercise, says, None, verdict)
    if not tried:
        says = "no generic wrong answer differs from the reference, so the cases tell nothing apart"
        yield Trial("generic wrong answers", Shortfall(exercise.id, says))


def declaration_is_complete(exercise: Exercise) -> Iterator[Trial]:
    """A declaration has its sentence, mistakes, alternatives, hints, and more than one requirement or case."""
    told = [m.says for m in exercise.mistakes]
    fewest, most = HINTS
    wanted = {
        "the docstring is to be a sentence of what is asked": exercise.ask.endswith((".", "?")),
        f"at least {MISTAKES} mistakes are wanted, and there are {len(told)}": len(told)
        >= MISTAKES,
        "two mistakes have the same sentence": len(set(told)) == len(told),
        f"at least {ALTERNATIVES} alternatives are wanted, right answers in another form": (
            isinstance(exercise, ValueExercise)  # a value has one form
            or len(exercise.alternatives) >= ALTERNATIVES
        ),
        f"{fewest} to {most} hints are wanted, and there are {len(exercise.hints)}": (
            fewest <= len(exercise.hints) <= most
        ),
        "two requirements or two cases are wanted": len(exercise.requirements) > 1
        or len(exercise.cases(0)) > 1,
    }
    for says, holds in wanted.items():
        yield Trial("parts of declarations", None if holds else Shortfall(exercise.id, says))


def requirements_are_judged(exercise: Exercise) -> Iterator[Trial]:
    """Each requirement is lost by some case, part or forbidden word."""
    judged = {c.requirement for c in exercise.cases(0)} | set(exercise.parts.values())
    judged |= {f.requirement for f in exercise.shortcuts} | {next(iter(exercise.requirements))}
    for requirement in exercise.requirements:
        says = f"nobody can lose the points of {requirement!r}: no case, part or forbidden word names it"
        yield Trial("requirements", None if requirement in judged else Shortfall(exercise.id, says))


def seeds_draw_others(exercise: Exercise) -> Iterator[Trial]:
    """Some cases differ from seed to seed."""
    if exercise.inputs is None:
        is_value = isinstance(exercise, ValueExercise) or exercise.answer_kind == "value"
        says = "there are no `inputs`; a program is to be tried on inputs that nobody knows"
        yield Trial("drawn cases", None if is_value else Shortfall(exercise.id, says))
        return
    first, *others = [exercise.task(seed).plan["cases"] for seed in range(1, 6)]
    differ = [n for n, one in enumerate(first) if any(plan[n] != one for plan in others)]
    says = "all cases are the same for every seed, so that the answers can be learned by heart: `draw.normal(3, 2)` …"
    yield Trial("drawn cases", None if differ else Shortfall(exercise.id, says))


def broken_program_fails(exercise: Exercise) -> Iterator[Trial]:
    """The program that is to be mended does not reach all points as it is."""
    if isinstance(exercise, RepairExercise):
        verdict = verdict_on(exercise, exercise.broken, SEEDS[0])
        passed = verdict.points < exercise.points
        says = "the broken program reaches all points as it is: add a case on which its bugs show"
        yield _trial("broken programs", passed, exercise, says, exercise.broken, verdict)


PROOFS: tuple[Proof, ...] = (
    declaration_is_complete,
    requirements_are_judged,
    seeds_draw_others,
    right_answers_pass,
    mistakes_are_told,
    wrong_answers_fail,
    generic_wrong_answers_fail,
    broken_program_fails,
)


def prove_exercises(lesson: Lesson) -> Iterator[Trial]:
    """Carry out every proof for every exercise of a lesson; what stops a proof falls short, too."""
    for check in lesson:
        where = f"{lesson.id}/{check.name}"
        try:
            exercise = check.exercise
        except Exception as error:  # whatever a module of a teacher's raises
            says = f"the declaration cannot be read: {type(error).__name__}: {error}"
            yield Trial("exercises", Shortfall(where, says))
            continue
        yield Trial("exercises")
        for proof in PROOFS:
            try:
                yield from proof(exercise)
            except Exception as error:
                says = f"{proof.__name__.replace('_', ' ')}: the proof is stopped by {type(error).__name__}: {error}"
                yield Trial("exercises", Shortfall(where, says, shown=_last_line(error)))


def _last_line(error: Exception) -> str:
    """Return the place in the lesson where an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return "".join(traceback.format_list(frames[-1:])).strip()


def described(answer: Any) -> str:
    """Return where an answer stands and how it begins, or the value itself."""
    try:
        lines, first = inspect.getsourcelines(answer)
    except (TypeError, OSError):
        return "" if answer is None else repr(answer)[:200]
    file = inspect.getsourcefile(answer) or ""
    return f"{file.rpartition('/')[2]}, line {first}: {lines[0].strip().rstrip(',')}"


def _trial(
    kind: str, passed: bool, exercise: Exercise, says: str, answer: Any, verdict: Verdict
) -> Trial:
    if passed:
        return Trial(kind)
    return Trial(kind, Shortfall(exercise.id, says, described(answer), str(verdict)))


def _what_counts(runs: list[dict]) -> list:
    keys = ("outcome", "value", "changed", "gradients")
    return [[run.get(key) for key in keys] for run in runs]
