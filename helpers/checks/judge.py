"""The second half of a check: from a record and the declaration to points and words.

Pure functions: they never run the learner's code, only the declaration's own answers.
"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from helpers.checks import plain
from helpers.checks.attempt import Attempt
from helpers.checks.bans import banned_in
from helpers.checks.compare import STAGES, Finding
from helpers.checks.declared import asked
from helpers.checks.exercise import (
    CheckTask,
    ChoiceExercise,
    Exercise,
    Forbidden,
    RepairExercise,
    TrainingExercise,
    ValueExercise,
)
from helpers.checks.limits import isolated_state
from helpers.checks.lookalike import lookalike
from helpers.checks.recognise import recognise, recognise_parts
from helpers.checks.relations import Seen, relation
from helpers.checks.show import shorten, show
from helpers.checks.verdict import Requirement, Verdict

_NO_CASE = (
    10**9
)  # in place of a case's number, behind them all: what was lost by the way it is written
NOT_A_RECORD = "The record of this run is missing or damaged, so nothing can be marked."


def judge(
    exercise: Exercise,
    task: CheckTask,
    record: Any,
    *,
    hidden: bool = False,
    seconds_for_words: float = 0.0,
) -> Verdict:
    """Return the verdict on a record that was made with a task's plan.

    Args:
        exercise: the declaration.
        task: what `exercise.task(seed)` returned; the judge's own, nothing of the learner's process.
        record: what `probe` returned, from whatever source: a damaged or forged one earns 0 points.
        hidden: leave the drawn inputs and the expected answers out of the words.
        seconds_for_words: how long may be looked for the one change of the right program that behaves like the answer.
    """
    if not _is_sound(record, task.plan):
        return _verdict(exercise, "failed", {}, message=NOT_A_RECORD)
    if not record["found"]:
        words = (
            f"There is no `{exercise.name}` yet. Run the cell that defines it, then this one again."
        )
        return _verdict(exercise, "not attempted", {}, message=words)
    try:
        if not exercise.is_attempted(record):
            return _verdict(exercise, "not attempted", {}, message=_invitation(exercise))
        with isolated_state():
            return _judge_attempt(exercise, task, record, hidden, seconds_for_words)
    except plain.PlainError:
        return _verdict(exercise, "failed", {}, message=NOT_A_RECORD)


def _is_sound(record: Any, plan: dict) -> bool:
    """Say whether a record has the form that `probe` gives it."""
    forms = {"exercise": str, "found": bool, "type": str, "is_class": bool, "callable": bool}
    if not isinstance(record, dict) or record.get("exercise") != plan["exercise"]:
        return False
    if not all(type(record.get(key)) is kind for key, kind in forms.items()):
        return False
    if not isinstance(record.get("source"), str | None):
        return False
    lists = [record.get(key) for key in ("uses", "syntax", "hides", "calls")]
    if not all(isinstance(some, list) and all(isinstance(w, str) for w in some) for some in lists):
        return False
    runs = record.get("runs")
    if not isinstance(runs, list) or len(runs) > len(plan["cases"]):
        return False
    return all(map(_is_sound_run, runs))


def _is_sound_run(run: Any) -> bool:
    if not isinstance(run, dict) or not isinstance(run.get("printed", ""), str):
        return False
    if run.get("outcome") == "returned":
        lists = [run.get("changed"), run.get("shares", []), run.get("touched", [])]
        return "value" in run and all(
            isinstance(some, list) and all(type(one) is int for one in some) for some in lists
        )
    if run.get("outcome") == "raised":
        error = run.get("error")
        words = ("type", "message", "line")
        return isinstance(error, dict) and all(isinstance(error.get(w), str) for w in words)
    return run.get("outcome") == "out of time"


def _invitation(exercise: Exercise) -> str:
    places = {"value": "fill in the value", "class": "write the class"}
    task = places.get(exercise.answer_kind, "write the function")
    if isinstance(exercise, RepairExercise):
        task = "mend the program"
    return f"Not attempted yet: {task} in the cell above."


def _judge_attempt(
    exercise: Exercise, task: CheckTask, record: dict, hidden: bool, seconds: float
) -> Verdict:
    kind = _wrong_kind(exercise, record)
    if kind:
        return _verdict(exercise, "failed", {}, message=kind)
    attempt = Attempt(exercise, task, record)
    lost: dict[str, tuple[int, Finding]] = {}
    for requirement in exercise.requirements:
        for number, part in attempt.units(requirement):
            finding = attempt.finding(number, part)
            if finding:
                lost[requirement] = (number, finding)
                break
    shortcut = _shortcuts(exercise, record, lost)
    if not lost and not shortcut:
        return _verdict(exercise, "passed", exercise.requirements)
    earned = {r: p for r, p in exercise.requirements.items() if r not in lost}
    if shortcut and shortcut[0] is None:
        earned = {}
    if (
        shortcut and not lost
    ):  # the answer is right, only its way is not allowed, which costs all points
        return _verdict(exercise, "failed", {}, message=shortcut[1].message)
    number, finding = min(lost.values(), key=_urgency)
    if shortcut and shortcut[0] is None:
        finding = _with_shortcut(finding, shortcut[1])
    return _explained(exercise, attempt, number, finding, earned, hidden, seconds)


def _with_shortcut(finding: Finding, shortcut: Finding) -> Finding:
    """Say first what cost all points. Torch's ready-made functions often stop gradients of their targets and
    weights, so that a word on gradients would only mislead."""
    words = shortcut.message
    if finding.stage != "gradients":
        words += "\n" + finding.message
    return Finding(finding.stage, words)


def _urgency(loss: tuple[int, Finding]) -> tuple[bool, int, int]:
    """Order losses: first case first, early stages first, and blank parts of an answer last."""
    number, finding = loss
    return finding.stage == "attempted", number, STAGES.index(finding.stage)


def _wrong_kind(exercise: Exercise, record: dict) -> str | None:
    answer_kind, name = exercise.answer_kind, exercise.name
    if answer_kind == "function" and not record["callable"]:
        return (
            f"`{name}` is {_article(record['type'])}, not a function. Define it with `def {name}(...):`, and "
            "hand it over without calling it."
        )
    if answer_kind == "function" and record["is_class"]:
        return f"`{name}` is a class, not a function. Define it with `def {name}(...):`."
    if (
        answer_kind == "class"
        and not record["is_class"]
        and record["type"] in ("function", "int", "float", "str")
    ):
        return f"`{name}` is {_article(record['type'])}, not a class. Define it with `class {name}(...):`."
    return None


def _article(kind: str) -> str:
    kind = kind[:60]
    return f"an {kind}" if kind[:1].lower() in "aeiou" else f"a {kind}"


def _shortcuts(exercise: Exercise, record: dict, lost: dict) -> tuple[str | None, Finding] | None:
    """Return the first forbidden word found, with the requirement it costs (None: all), and note the loss."""
    first = None
    for rule in exercise.shortcuts:
        words = _words_on(rule, record, is_earning=len(lost) < len(exercise.requirements))
        if words is None:
            continue
        finding = Finding("shortcuts", words)
        first = first if first and first[0] is None else (rule.requirement, finding)
        if rule.requirement and rule.requirement not in lost:
            lost[rule.requirement] = (_NO_CASE, finding)
    return first


def _words_on(rule: Forbidden, record: dict, is_earning: bool) -> str | None:
    """Return what is to be said of a program that breaks a rule, or None."""
    word = banned_in(rule.words, record["syntax"], record["uses"], record["calls"])
    if word is not None:
        return f"Your program uses `{word}`. {rule.why}"
    # Where nothing is earned anyway, the way it is written is not what a learner has to hear about.
    if record["hides"] and is_earning:
        return (
            f"Your program uses `{record['hides'][0]}`, with which any function can be called unseen, so that nobody "
            f"can tell whether it is one that is closed here. Call by name what you need. {rule.why}"
        )
    return None


def _explained(
    exercise: Exercise,
    attempt: Attempt,
    number: int,
    finding: Finding,
    earned: dict,
    hidden: bool,
    seconds: float,
) -> Verdict:
    state = "partly right" if earned else "failed"
    if number == _NO_CASE:
        return _verdict(exercise, state, earned, message=finding.message)
    run, case = attempt.runs[number], attempt.plan["cases"][number]
    if finding.stage == "ran" and not earned:
        state = "out of time" if run["outcome"] == "out of time" else "raised"
    secret = hidden and not case["fixed"]
    expected = attempt.expected[number]
    details: dict[str, str] = {}
    if not secret and case["inputs"]:
        details["tried"] = _side_by_side(_named(exercise.names, map(_show_plain, case["inputs"])))
    if not secret and run["outcome"] == "returned":
        details["got"] = _show_parts(exercise, run["value"])
        if exercise.reveal:
            details["expected"] = _show_parts(exercise, expected["value"])
    is_score = isinstance(exercise, TrainingExercise) and finding.stage == "values"
    message = (
        "On inputs that the marker drew, the answer is not right."
        if secret and not is_score
        else finding.message
    )
    if run.get("printed") and not secret:
        details["printed"] = shorten(run["printed"])
    says = recognise(exercise, attempt.plan, attempt.runs)
    if isinstance(exercise, ValueExercise) and not says:
        says = recognise_parts(exercise, attempt.plan, attempt.runs, attempt.expected)
    if not says and not secret and seconds and finding.stage not in ("attempted", "ran"):
        says = lookalike(exercise, attempt.plan, attempt.runs, seconds)
    if not says and not secret and finding.stage in ("shape", "finite", "values"):
        says = _related(exercise, attempt)
    shown = None if secret else number
    return _verdict(exercise, state, earned, message=message, mistake=says, case=shown, **details)


def _related(exercise: Exercise, attempt: Attempt) -> str:
    """Say what the answers have to do with the expected ones; nothing where the right answer is not shown."""
    if not exercise.reveal or exercise.parts or isinstance(exercise, TrainingExercise):
        return ""
    seen = []
    for case, run, expected in zip(
        attempt.plan["cases"], attempt.runs, attempt.expected, strict=True
    ):
        if run["outcome"] == expected["outcome"] == "returned":
            inputs = dict(zip(exercise.names, map(plain.decode, case["inputs"]), strict=False))
            seen.append(Seen(plain.decode(run["value"]), plain.decode(expected["value"]), inputs))
    return relation(seen)


def _named(names: Sequence[str], texts: Iterable[str]) -> list[str]:
    """Write the name of an argument before each text."""
    return [
        f"{name} ={chr(10) if chr(10) in text else ' '}{text}" if name else text
        for name, text in zip_longest(names, texts, fillvalue="")
        if text
    ]


def _side_by_side(texts: list[str]) -> str:
    return ("\n" if any("\n" in t for t in texts) else ",  ").join(texts)


def _show_plain(value: Any) -> str:
    if isinstance(value, dict) and value.get("kind") == "recipe":
        arguments = plain.decode(value["args"])
        words = ", ".join(f"{k}={show(v)}" for k, v in arguments.items())
        return f"{value['builder'].rpartition('.')[2]}({words})"
    return show(plain.decode(value))


def _show_parts(exercise: Exercise, value: Any) -> str:
    return show(asked(exercise, plain.decode(value)))


def _verdict(exercise: Exercise, state: str, earned: dict[str, float], **words: Any) -> Verdict:
    requirements = tuple(
        Requirement(text, earned.get(text, 0.0), points)
        for text, points in exercise.requirements.items()
    )
    options = exercise.options if isinstance(exercise, ChoiceExercise) else {}
    return Verdict(
        exercise=exercise.name,
        ask=exercise.ask,
        state=state,
        requirements=requirements,
        hints=() if state == "passed" else tuple(exercise.hints),
        options=tuple(options.items()) if state == "not attempted" else (),
        **words,
    )
