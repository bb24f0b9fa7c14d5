"""Write the engine: numbers that remember how they came about and hand gradients back."""

from helpers.checks.exercise import Exercise as ClassExercise
from helpers.checks.exercise import case, forbid, mistake
from helpers.lessons.backprop import drivers
from helpers.lessons.backprop.exercises._engines import (
    _BreadthFirst,
    _Closures,
    _DepthFirst,
    _Engine,
    _ForgetsOldGradients,
    _IgnoresIncoming,
    _NoSeed,
    _OftenListed,
    _OneSided,
    _OnlyParents,
    _OnTorch,
    _Overwrites,
    _OwnFactor,
    _Queue,
    _Recursive,
    _TanhOfInput,
    _TanhWithoutSlope,
    _Tape,
)
from helpers.lessons.backprop.exercises._more_engines import (
    _AddsInPlace,
    _ByNumber,
    _ClearsInnerNodes,
    _CollectsApart,
    _CountingValue,
    _DepthFirstByStack,
    _GradientsOfOnes,
    _LeavesOnly,
    _OneTape,
    _PathValue,
    _Preorder,
    _ProductAsSum,
    _SechOnce,
    _SumOfFactors,
    _TanhTwice,
    _TwiceOnlyOnce,
    _TwoOperandsFail,
)

kind = ClassExercise
answer_kind = "class"
driver = staticmethod(drivers.engine)
TANH = "`tanh`"
PASSES_ON = "passes on the gradient that comes in"
VALUE_USED = "a value used twice adds up its gradients"
ANY_GRAPH = "any graph, in the right order"
requirements = {
    "`+` and `*`": 1,
    TANH: 1,
    PASSES_ON: 1,
    VALUE_USED: 1,
    ANY_GRAPH: 1,
}
forbidden = forbid(
    "torch",
    "autograd",
    "requires_grad_",
    rule="Closed here: torch. Floats and Python's `math` are enough.",
    why="This engine is to stand on its own: floats and Python's `math` module are enough.",
)


def inputs(draw):
    incoming, twice = (
        PASSES_ON,
        VALUE_USED,
    )
    yield {"a": 2.0, "b": -3.0}, ["c = a + b", "c.backward()"]
    yield {"a": 2.0, "b": -3.5}, ["c = a * b", "c.backward()"]
    yield case({"a": 0.5}, ["b = a.tanh()", "b.backward()"], requirement=TANH)
    yield case({"a": draw.number(-1.5, -0.3)}, ["b = a.tanh()", "b.backward()"], requirement=TANH)
    for line in ("c = a + b", "c = a * b", "c = a.tanh()"):
        yield case(
            {"a": 0.8, "b": -1.5, "three": 3.0},
            [line, "d = c * three", "d.backward()"],
            requirement=incoming,
        )
    yield case(  # three nodes that hold one number
        {"a": 0.0}, ["b = a + a", "c = b + b", "c.backward()"], requirement=ANY_GRAPH
    )
    yield case({"a": 3.0}, ["b = a + a", "b.backward()"], requirement=twice)
    yield case({"a": -1.5}, ["b = a * a", "b.backward()"], requirement=twice)
    yield case(
        {"a": 2.0, "b": 5.0},
        ["c = a * b", "d = a + c", "d.backward()"],
        requirement=twice,
    )
    yield case(  # two graphs on one leaf: `.grad` adds up, as torch's does
        {"a": 2.0, "b": 5.0, "c": -0.5},
        ["d = a * b", "d.backward()", "e = a * c", "e.backward()"],
        requirement=twice,
    )
    yield case(  # a shared sub-expression: d is used on a short way and on a long one
        {"a": 0.4, "b": -1.2, "c": 2.0},
        ["d = a * b", "e = d * c", "f = e.tanh()", "g = f * d", "h = g + d", "h.backward()"],
        requirement=ANY_GRAPH,
    )
    yield case(  # the same with the operands swapped: neither search order may help by luck
        {"a": 0.4, "b": -1.2, "c": 2.0},
        ["d = a * b", "e = d * c", "f = e.tanh()", "g = d * f", "h = d + g", "h.backward()"],
        requirement=ANY_GRAPH,
    )
    yield case(
        {name: draw.number(0.3, 0.9) for name in "ab"},
        ["c = a + b", "d = c.tanh()", "e = d * a", "f = d + e", "g = f * c", "g.backward()"],
        requirement=ANY_GRAPH,
    )
    yield case(
        {"n0": 0.5},
        [f"n{k + 1} = n{k} + n{k}" for k in range(8)] + ["n8.backward()"],
        requirement=ANY_GRAPH,
    )
    for sign in "+*":
        numbers = {name: draw.number(-2.5, -0.3) for name in "ab"}
        yield numbers, [f"c = a {sign} b", "c.backward()"]
    numbers = {name: draw.number(0.3, 1.5) for name in "abt"}
    for line in ("c = a + b", "c = a * b", "c = a.tanh()"):
        yield case(numbers, [line, "d = c * t", "d.backward()"], requirement=incoming)
    yield case(
        {name: draw.number(0.3, 2.0) for name in "abc"},
        ["d = a * b", "d.backward()", "e = a * c", "e.backward()", "f = b + b", "f.backward()"],
        requirement=twice,
    )


reference = _OnTorch
mistakes = [
    mistake(
        _Overwrites,
        "A gradient is overwritten where it should be added: a value that is used twice gets a "
        "share from each use. `+=`, not `=`.",
    ),
    mistake(
        _IgnoresIncoming,
        "The gradient that comes in is ignored: multiply the local slope with the `grad` of the result.",
    ),
    mistake(
        _BreadthFirst,
        "A node is handled before all that use it have handed their gradients in. Sort the nodes: "
        "each one after everything that uses it.",
    ),
    mistake(
        _DepthFirst,
        "You follow one way to its end before the next one has arrived, so a shared node hands on too early. "
        "Sort the nodes: each one after everything that uses it.",
    ),
    mistake(
        _OnlyParents,
        "Only the last operation hands its gradient back. Go through the whole graph: the result first, the leaves "
        "last. If your list is sorted from the leaves on, walk it from its end.",
    ),
    mistake(
        _NoSeed,
        "All gradients stay 0: the way back begins with `self.grad = 1.0`, the slope of the result "
        "with respect to itself.",
    ),
    mistake(
        _OwnFactor,
        "In a product each factor gets the OTHER factor's number: the slope of a·b with respect to a is b.",
    ),
    mistake(
        _TanhOfInput,
        "The slope of tanh is 1 − t², where t is the result, tanh of the number, not the number itself.",
    ),
    mistake(
        _TanhWithoutSlope,
        "`tanh` hands its gradient back unchanged; it has to be multiplied with the slope 1 − t².",
    ),
    mistake(
        _Recursive,
        "A node hands its gradient on each time something arrives, so part of it travels several "
        "times. Collect first: each node hands on once, when all its users are done.",
    ),
    mistake(
        _OftenListed,
        "A node that is used twice stands in your list twice, so it hands on twice. Remember which nodes "
        "were visited, and visit each once.",
    ),
    mistake(
        _Queue,
        "A node hands on each time it comes up in your queue, before all its users are done, and again "
        "later. Sort the nodes first: each once, after everything that uses it.",
    ),
    mistake(
        _ForgetsOldGradients,
        "`backward()` clears the old gradients first. Let it add to them, as torch does; clearing is "
        "the business of whoever calls.",
    ),
    mistake(
        _OneSided,
        "In a sum both terms get the gradient; the right one of yours gets none.",
    ),
    mistake(
        _TwiceOnlyOnce,
        "In a + a and a · a one of the two shares is lost. A set or the keys of a dict hold a node once; keep the "
        "parents in a list or tuple, where it may stand twice.",
    ),
    mistake(
        _Preorder,
        "You put a node into the list before its parents were visited, so one that is used on a short way and on a "
        "long one comes too early. Append it after its parents, and walk the list from its end.",
    ),
    mistake(
        _ByNumber,
        "Two nodes that hold the same number count as one for you, and one of them is passed over. Remember the nodes "
        "that were visited, not their numbers.",
    ),
    mistake(
        _OneTape,
        "A second `backward()` goes through the first result again and hands its gradients out once more. Walk only "
        "through what this result was made of.",
    ),
    mistake(
        _AddsInPlace,
        "`a + b` changes a itself. Leave both as they are and return a new node that holds the sum.",
    ),
    mistake(
        _ClearsInnerNodes,
        "The leaves are right, but the nodes between have lost their gradients. Each node keeps its own.",
    ),
    mistake(
        _TanhTwice,
        "The slope of tanh is 1 − t², and t is the result of tanh already; you take tanh of it once more.",
    ),
    mistake(
        _SechOnce,
        "The slope of tanh is 1 − t²; in yours the square is missing.",
    ),
    mistake(
        _ProductAsSum,
        "The slopes of your product are those of a sum, 1 and 1. That of a·b with respect to a is b.",
    ),
    mistake(
        _LeavesOnly,
        "All is right but the `grad` of the result itself. It is 1, and it stays there.",
    ),
]
alternatives = [
    _Engine,
    _Closures,
    _Tape,
    _PathValue,
    _CountingValue,
    _CollectsApart,
]
also_wrong = [
    _DepthFirstByStack,
    _SumOfFactors,
    _TwoOperandsFail,
    _GradientsOfOnes,
]
hints = [
    "Keep in each result which nodes it came from, and the slope towards each of them: for `a * b` "
    "those are (a, b.data) and (b, a.data).",
    "Going back, each node does `parent.grad += slope * self.grad` for each of its parents.",
    "For the order: a function that visits a node's parents first and then appends the node itself "
    "gives a list in which each node stands after its parents. Walk that list backwards. Remember the "
    "nodes that were visited, so that each stands in the list once.",
]
