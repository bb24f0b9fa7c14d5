"""Which one change of the right program behaves like a wrong answer: a hint at the place to look at."""

import difflib
import functools
import io
import re
import time
import tokenize

from helpers.checks.bans import banned_in
from helpers.checks.exercise import Exercise, TrainingExercise, ValueExercise
from helpers.checks.limits import OutOfTime, time_limit
from helpers.checks.live import read_answer
from helpers.checks.mutate import Mutant, mutants
from helpers.checks.recognise import behaves_like

_LONGEST = 44  # characters of a piece of program that is put into a sentence


def lookalike(exercise: Exercise, plan: dict, runs: list[dict], seconds: float) -> str:
    """Return a sentence about the one change of the reference that gives these runs on every case, or "".

    Args:
        exercise: the declaration.
        plan: the cases.
        runs: what the learner's answer gave on them.
        seconds: how long may be looked.
    """
    if isinstance(exercise, ValueExercise | TrainingExercise) or not exercise.reveal:
        return ""
    if len(runs) < len(plan["cases"]) or any(r["outcome"] == "out of time" for r in runs):
        return ""
    end = time.monotonic() + seconds
    for mutant in _mutants(exercise.reference, _closed(exercise)):
        says = _words(mutant)
        left = end - time.monotonic()
        if left <= 0:
            return ""
        if says and _in_time(exercise, plan, runs, mutant, left):
            return says
    return ""


def _closed(exercise: Exercise) -> tuple[str, ...]:
    return tuple(word for rule in exercise.shortcuts for word in rule.words)


@functools.lru_cache(maxsize=200)
def _mutants(reference, closed: tuple[str, ...]) -> tuple[Mutant, ...]:
    """Return the mutants of a reference; none where it goes a way that is closed to the learner."""
    try:
        reading = read_answer(reference)
        if banned_in(closed, reading.syntax, reading.uses):
            return ()
        return tuple(sorted(mutants(reference), key=lambda mutant: len(_words(mutant))))
    except Exception:  # words are not worth an error
        return ()


def _in_time(
    exercise: Exercise, plan: dict, runs: list[dict], mutant: Mutant, seconds: float
) -> bool:
    """Say whether a mutant behaves like the answer; one that takes long does not."""
    try:
        with time_limit(min(seconds, 0.25)):
            return behaves_like(exercise, plan, runs, mutant.answer)
    except (OutOfTime, Exception):
        return False


def _words(mutant: Mutant) -> str:
    """Return the change of a program as a sentence, or "" where it takes too many words."""
    if mutant.now == f"{mutant.was} ⏎ break" or mutant.now == "break":
        return "Your answer behaves like a right program whose loop ends after its first round."
    gone, came = _difference(mutant.was, "" if mutant.now in ("(nothing)", "pass") else mutant.now)
    if max(len(gone), len(came)) > _LONGEST or not gone + came:
        return ""
    if gone and came:
        change = f"with `{came}` in place of `{gone}`"
    else:
        change = f"without `{gone}`" if gone else f"with `{came}` added"
    return f"Your answer behaves like a right program {change}, at one place. Look for that place in yours."


def _difference(was: str, now: str) -> tuple[str, str]:
    """Return the pieces of two lines that differ, as text."""
    one, other = _tokens(was), _tokens(now)
    blocks = [
        b
        for b in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
        if b[0] != "equal"
    ]
    if not blocks:
        return "", ""
    if len(blocks) > 1:  # from the first to the last of them
        start, end = blocks[0], blocks[-1]
        blocks = [("replace", start[1], end[2], start[3], end[4])]
    _, a, b, c, d = blocks[0]
    return _joined(one[a:b]), _joined(other[c:d])


def _tokens(line: str) -> list[str]:
    text = line.replace(" ⏎ ", " ; ")
    try:
        found = [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline)]
    except (tokenize.TokenError, SyntaxError):
        found = re.findall(r"\w+|[^\w\s]+", text)
    return [t for t in found if t.strip()]


def _joined(tokens: list[str]) -> str:
    text = " ".join(tokens).strip(" ,;")
    text = re.sub(
        r" ?\. ?|(?<=[\w)\]]) (?=[(\[])| (?=[)\],:}])|(?<=[(\[{]) ", lambda m: m[0].strip(), text
    )
    return re.sub(r"(\w) = ", r"\1=", text) if re.fullmatch(r"\w+ = [^=]*", text) else text
