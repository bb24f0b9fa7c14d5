"""How an exercise is declared. One declaration gives feedback, marks, recognises mistakes and tests itself.

See CONTRIBUTING.md for a worked example. A lesson's package has one module per exercise, which is the declaration:
`helpers/lessons/tensors/exercises/standardize.py`.
"""

import ast
import inspect
import math
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from helpers.checks import drivers, plain
from helpers.checks.bans import SYNTAX
from helpers.checks.compare import Closeness, Finding, compare
from helpers.checks.limits import isolated_state
from helpers.checks.plain import recipe
from helpers.checks.sampler import InputSampler
from helpers.checks.source import is_stub, same_program

__all__ = [
    "ChoiceExercise",
    "DeclarationError",
    "Exercise",
    "FunctionExercise",
    "ModelExercise",
    "ModuleExercise",
    "RepairExercise",
    "TrainingExercise",
    "ValueExercise",
    "case",
    "forbid",
    "mistake",
    "recipe",
]


class DeclarationError(ValueError):
    """A declaration makes no exercise; the message names it and says what to mend."""


@dataclass(frozen=True)
class Case:
    """Inputs of one run, the requirement that it serves (None: the first one), what the judge alone knows."""

    inputs: tuple
    requirement: str | None = None
    fixed: bool = True
    held_out_target: Any = None


def case(*inputs: Any, requirement: str | None = None, held_out_target: Any = None) -> Case:
    """Return a case: the arguments of one call, the requirement for which it counts, and for a training run the
    targets of the held-out inputs, which stay with the judge."""
    return Case(inputs, requirement, held_out_target=held_out_target)


@dataclass(frozen=True)
class CheckTask:
    """One check: what is carried out beside the learner's code, and what is not to get there.

    Attributes:
        plan: what `probe` carries out: plain data, without the answer, that may be written as JSON.
        held_out: for each case the targets that the judge alone knows, or None.
    """

    plan: dict[str, Any]
    held_out: tuple[Any, ...]


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer and the sentence that puts the learner right."""

    answer: Any
    says: str


def mistake(answer: Any, says: str) -> Mistake:
    """Declare a known wrong answer: a small wrong implementation (or value) and what to say to it."""
    if not says.strip():
        raise ValueError("a mistake needs a sentence that puts the learner right")
    return Mistake(answer, says)


@dataclass(frozen=True)
class Forbidden:
    """Words that the learner's program must not use, the reason, the requirement that is then lost, and the rule."""

    words: tuple[str, ...]
    why: str
    requirement: str | None = None
    rule: str = ""


def forbid(*words: str, why: str, requirement: str | None = None, rule: str = "") -> Forbidden:
    """Forbid functions by last name ("softmax"), or "for", "while", "@", "**", "lambda".

    With `requirement` only its points are lost, without it all of them. `rule` is the sentence of the notebook's text
    that says so beforehand; `why` stands on the card of an answer that broke the rule.
    """
    return Forbidden(words, why, requirement, rule)


class Exercise:
    """A declaration, filled in by a module (see `helpers.checks.declaring`), whose functions take no self.

    Attributes:
        reference: the right answer: a function, a class or a value, as the learner is to write it.
        inputs: function of a `InputSampler` that yields the cases: tuples of arguments, single arguments, or
            `case(...)`. Fixed small ones first, then drawn ones. None: one case without inputs.
        requirements: text → points.
        points: in place of `requirements`, the points of an exercise that has but one.
        parts: for a driver that returns a dict: key → requirement. Only these keys are compared.
        mistakes, alternatives: wrong answers with their sentences; right answers in another form.
        also_wrong: further wrong answers, without a sentence of their own. They are for the proofs alone, which show
            that each loses points; a learner's answer is not compared with them.
        equivalent: changes of the reference that are right as well, each with the reason, as
            `helpers.proofs.mutation` names them.
        hints: from a nudge to nearly the answer.
        forbidden: a `forbid(...)`, or a list of them.
        driver: what runs the answer, a function of `helpers.checks.drivers` or of the lesson's own `drivers`. It
            runs beside the learner's code, so it reports what was seen, numbers that hang on the inputs, and draws
            no conclusion.
        conclude: `conclude(seen, *inputs)` turns what the driver saw into what is compared. It runs on the judge's
            side, for the learner's record and for the declaration's own answers alike. A fact that could be told
            only inside (a mode, a flag) has to agree there with numbers that the judge works out itself.
        answer_kind: "function", "class" or "value".
        fresh: the answer shares no memory with the inputs; one that does is wrong. The text has to say so.
        gradients: names of the reference's arguments; the gradients with respect to these count too. The text has to
            say so.
        rtol, atol: how close floating-point answers must be: |yours − expected| ≤ atol + rtol·|expected|.
        python_numbers: where the reference gives an int or a float, a tensor with one element is wrong, and so is a
            float for an int. The text has to say so.
        exact_dtype: float64 is wrong where the reference gives float32. The text has to say so.
        seconds: computing time for all cases together.
        reveal: show the expected answer on the card.
    """

    name: str
    lesson: str
    points: float
    ask: str

    reference: Any = None
    inputs: Callable[[InputSampler], Iterable] | None = None
    requirements: ClassVar[dict[str, float]] = {}
    parts: ClassVar[dict[str, str]] = {}
    mistakes: ClassVar[list[Mistake]] = []
    alternatives: ClassVar[list] = []
    also_wrong: ClassVar[list] = []
    equivalent: ClassVar[dict[str, str]] = {}
    hints: ClassVar[list[str]] = []
    forbidden: Any = ()
    driver: Callable[..., Any] = staticmethod(drivers.call)
    conclude: Callable[..., Any] | None = None
    answer_kind = "function"
    fresh = False
    gradients: ClassVar[tuple[str, ...]] = ()
    rtol = 1e-4
    atol = 1e-6
    python_numbers = True
    exact_dtype = False
    seconds = 0.8
    reveal = True

    @property
    def id(self) -> str:
        """Lesson and name, as in "01_tensors/standardize"."""
        return f"{self.lesson}/{self.name}"

    @property
    def differentiated(self) -> list[int]:
        """The numbers of the inputs whose gradients count."""
        if not self.gradients:
            return []
        names = self.names
        return [names.index(name) for name in self.gradients]

    @property
    def shortcuts(self) -> list[Forbidden]:
        """The forbidden words as a list, be one declared, several or none."""
        return [self.forbidden] if isinstance(self.forbidden, Forbidden) else list(self.forbidden)

    @property
    def names(self) -> list[str]:
        """The names of the inputs, where they are the arguments of the learner's function; else none."""
        if self.driver is not drivers.call:
            return []
        return list(inspect.signature(self.reference).parameters)

    @property
    def rules(self) -> list[str]:
        """What the notebook's text has to say of the way to the answer, word for word."""
        found = [rule.rule for rule in self.shortcuts]
        if self.gradients:
            *most, last = (f"`{name}`" for name in self.gradients)
            names = f"{', '.join(most)} and {last}" if most else last
            found.append(f"The check also follows the gradient back to {names}.")
        return found

    def cases(self, seed: int) -> list[Case]:
        """Return the cases for a seed; those made before the first draw are marked as fixed."""
        if self.inputs is None:
            return [Case(())]
        draw, found = InputSampler(seed), []
        for item in self.inputs(draw):
            one = (
                item
                if isinstance(item, Case)
                else Case(item if isinstance(item, tuple) else (item,))
            )
            found.append(replace(one, fixed=draw.count == 0))
        return found

    def task(self, seed: int) -> CheckTask:
        """Return what the probe is to carry out, beside what the judge alone knows."""
        driver = self.driver
        with isolated_state():
            cases = self.cases(seed)
        plan = {
            "exercise": self.id,
            "driver": plain.name_of(driver),
            "cases": [
                {
                    "inputs": [plain.encode(i) for i in c.inputs],
                    "requirement": c.requirement,
                    "fixed": c.fixed,
                }
                for c in cases
            ],
            "gradients": self.differentiated,
            "seconds": self.seconds,
            # What torch is called with matters only where something is closed; watching costs some time.
            "watch": any(word not in SYNTAX for rule in self.shortcuts for word in rule.words),
        }
        return CheckTask(plan, tuple(c.held_out_target for c in cases))

    def compare(self, got: Any, expected: Any) -> Finding | None:
        """Return what is wrong with an answer, or None."""
        return compare(got, expected, self.close)

    @property
    def close(self) -> Closeness:
        """What counts as the same as the expected answer."""
        return Closeness(self.rtol, self.atol, self.python_numbers, self.exact_dtype)

    @property
    def close_slopes(self) -> Closeness:
        """What counts as the same gradient."""
        return Closeness(max(self.rtol, 1e-3), max(self.atol, 1e-5))

    def is_attempted(self, record: dict) -> bool:
        """Say whether the record shows more than what the learner was given."""
        if record["source"] is not None:
            return not is_stub(record["source"])
        runs = record["runs"]
        return not (runs and all("value" in r and is_blank(plain.decode(r["value"])) for r in runs))


def is_blank(value: Any) -> bool:
    """Say whether a value is a place left empty: None, `...`, or a collection of nothing else."""
    if value is None or value is Ellipsis:
        return True
    if isinstance(value, dict):
        return bool(value) and all(is_blank(v) for v in value.values())
    return isinstance(value, list | tuple) and bool(value) and all(is_blank(v) for v in value)


class FunctionExercise(Exercise):
    """The learner writes a function; it is called on every case."""


class ValueExercise(Exercise):
    """The learner gives a value: a number, a tuple, a tensor, or a dict with one answer per part.

    Serves for predictions too: the expected value is not shown. `reference` is the value itself. A number
    may be given as an int, a float or a one-element tensor.
    """

    driver = staticmethod(drivers.value)
    answer_kind = "value"
    python_numbers = False
    reveal = False

    def is_attempted(self, record: dict) -> bool:
        return not all("value" in r and is_blank(plain.decode(r["value"])) for r in record["runs"])


class ChoiceExercise(ValueExercise):
    """The learner chooses from `options` (key → text); `mistakes` says why each other key is wrong.

    `reference` is a key, or a dict with one key per question. Capital letters and spaces do not matter.
    """

    options: ClassVar[dict[str, str]] = {}

    def compare(self, got: Any, expected: Any) -> Finding | None:
        """Return what is wrong with an answer, or None; an answer beside the options is named as such."""
        keys = {key.casefold() for key in self.options}
        for question, choice in got.items() if isinstance(got, dict) else [(None, got)]:
            if choice is not None and str(choice).strip().casefold() not in keys:
                where = "" if question is None else f"{question}: "
                choices = ", ".join(f'"{key}"' for key in self.options)
                return Finding(
                    "type", f"{where}{str(choice)[:100]!r} is none of the choices: {choices}."
                )
        return super().compare(got, expected)


def _reached(seen: dict[str, Any], *inputs: Any) -> dict[str, Any]:
    """Say beside what the drivers `module` and `model` saw whether a gradient reaches each parameter."""
    return seen | {"gradients reach every parameter": all(s is not None for s in seen["slopes"])}


class ModuleExercise(Exercise):
    """The learner writes an `nn.Module` class. A case is `case(constructor_arguments, x)`.

    `parts` names what is compared: "parameters" (shapes), "names", "layers", "output" (with fixed
    parameters), "gradients reach every parameter". The reference is a class.
    """

    driver = staticmethod(drivers.module)
    conclude = staticmethod(_reached)
    answer_kind = "class"


class ModelExercise(Exercise):
    """The learner builds a model object. A case is a batch `x`; `parts` as in `ModuleExercise`."""

    driver = staticmethod(drivers.model)
    conclude = staticmethod(_reached)
    answer_kind = "value"

    def is_attempted(self, record: dict) -> bool:
        return record["type"] not in ("NoneType", "ellipsis")


class TrainingExercise(Exercise):
    """The learner writes a function that trains a model; what counts is how good its predictions are.

    A case is `case(..., held_out_target=...)`. The driver hands the inputs to the learner's function and returns its
    predictions for held-out inputs. The targets of those never enter the learner's process: the judge
    works the score out of predictions and targets. Draw the task anew each time (which rows are held out,
    the order of the columns, the numbers of the classes), so that no answer can be learned by heart.

    Attributes:
        score: `score(predictions, targets)`, higher is better. The targets have the form of the predictions, or is
            a dict whose entry "y" has.
        at_least: the score that has to be reached.
        score_name: what the score measures, as in "accuracy on pictures it has not seen".
    """

    score: Callable[[Any, Any], float]
    at_least: float
    score_name = "score on held-out data"
    reveal = False
    seconds = 5

    def compare(self, got: Any, expected: Any) -> Finding | None:
        right = expected["y"] if isinstance(expected, dict) else expected
        form = compare(got, right, Closeness(rtol=math.inf, dtype=False))
        if form and form.stage != "values":
            return form
        score = float(self.score(got, expected))
        if score >= self.at_least:
            return None
        words = f"The {self.score_name} is {score:.3f}; {self.at_least:g} is wanted."
        return Finding("values", words)


class RepairExercise(Exercise):
    """The learner mends a broken program, a function declared as `broken`, which the stub repeats.

    Left as it is, it counts as not attempted.
    """

    broken: Any = None

    def is_attempted(self, record: dict) -> bool:
        return not same_program(record["source"], _own_source(self.broken, self))


def _own_source(function: Any, owner: Exercise) -> str:
    """Return the source of a function declared in a class body, named like the exercise."""
    source = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(source)
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        raise DeclarationError(f"exercise {owner.id}: `broken` is a function written with `def`")
    definition.name = owner.name
    return ast.unparse(tree)
