"""Which cells run for the marks: never one too few."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.utils import compute_checksum

from helpers.checks.scopes import TooLong
from helpers.grading import needs
from helpers.grading.effects.cells import parse, plain_python
from helpers.grading.executed import COURSES_OWN
from helpers.grading.needs import earned, must_run_in_full, needed, skippable


def own(source):
    return new_code_cell(source, metadata={COURSES_OWN: True})


def answer(source, name="f", released="def f(x):\n    ..."):
    metadata = {"grade_id": name, "solution": True, "grade": False, "locked": False}
    cell = new_code_cell(released, metadata={"nbgrader": metadata})
    cell.metadata.nbgrader.checksum = compute_checksum(cell)
    cell.source = source
    return cell


def check(name="f"):
    metadata = {
        "grade_id": f"{name}_check",
        "solution": False,
        "grade": True,
        "locked": True,
        "points": 2,
    }
    return new_code_cell(f"check.{name}()", metadata={"nbgrader": metadata, COURSES_OWN: True})


def left_out(*cells):
    """Return the sources of the cells that need not run."""
    probes = {i: c.source[6:-2] for i, c in enumerate(cells) if c.source.startswith("check.")}
    return [cells[i].source for i in sorted(skippable(cells, probes)) if cells[i] is not IMPORTS]


IMPORTS = own("import torch\nfrom torch import nn")
F = answer("def f(x):\n    return x * scale")


def test_what_only_shows_something_is_left_out():
    shows = own("print(f(torch.ones(3)))\nfor _ in range(3):\n    torch.ones(2) @ torch.ones(2)")
    assert left_out(IMPORTS, own("scale = 2"), F, check(), shows) == [shows.source]


def test_what_a_student_wrote_always_runs():
    mine = new_code_cell("print('mine')")
    assert left_out(IMPORTS, mine, own("scale = 2"), F, check()) == []


# A cell of the course's, before the answer `f` which reads `scale`: it must run.
MATTERS = {
    "binds": "scale = 2",
    "annotated": "scale: int = 2",
    "unpacked": "(scale, other), *_ = (2, 3), 4",
    "in a loop": "for scale in range(3):\n    pass",
    "in a branch": "if True:\n    scale = 2",
    "walrus": "print(scale := 2)",
    "with": "with open('x') as scale:\n    pass",
    "import": "import math as scale",
    "star": "from course_module import *",
    "function": "def scale():\n    return 1",
    "class": "class scale:\n    pass",
    "by a function": "def set_it():\n    global scale\n    scale = 3\nset_it()",
    "augmented": "scale += 1",
    "element": "scale[0] = 1",
    "attribute": "scale.weight = 1",
    "method": "scale.append(1)",
    "in place": "scale.add_(1)",
    "passed on": "train(scale)",
    "deleted": "del scale",
    "exec": "exec('scale = 3')",
    "globals": "globals()['scale'] = 3",
    "magic": "%run other.py",
    "seed by setting": "torch.set_default_dtype(torch.float64)",
    "match": "match [2]:\n    case [scale]:\n        pass",
    "error": "try:\n    1 / 0\nexcept ZeroDivisionError as scale:\n    kept = scale",
}


@pytest.mark.parametrize("name", MATTERS)
def test_what_an_answer_may_depend_on_runs(name):
    before = [] if name in ("binds", "star", "import") else [new_code_cell("scale = [1]")]
    train = own("def train(thing):\n    thing.append(1)")
    matters = own(MATTERS[name])
    assert matters.source not in left_out(IMPORTS, train, *before, matters, F, check())


def test_what_it_depends_on_runs_too():
    chain = [own("a = [1]"), own("b = a"), own("b.append(2)"), own("scale = a[0]"), own("c = 3")]
    assert left_out(IMPORTS, *chain, F, check()) == ["c = 3"]


def test_a_change_by_another_name_counts():
    alias = own("other = scale\nother.append(1)")
    assert left_out(IMPORTS, own("scale = [2]"), alias, F, check()) == []


def test_a_model_is_changed_by_its_optimizer():
    cells = [
        own("model = nn.Linear(2, 1)"),
        own("optimizer = torch.optim.SGD(model.parameters(), lr=0.1)"),
        own("model(torch.ones(2)).sum().backward()\noptimizer.step()"),
    ]
    uses = answer("def f(x):\n    return model(x)")
    assert left_out(IMPORTS, *cells, uses, check()) == []


def test_a_function_brings_what_its_body_reads():
    helper = own("def helper(x):\n    return x * table[0]")
    uses = answer("def f(x):\n    return helper(x)")
    assert left_out(IMPORTS, helper, own("table = [2]"), own("other = 1"), uses, check()) == [
        "other = 1"
    ]


def test_a_value_that_is_drawn_depends_on_what_draws_before_it():
    draws = own("print(torch.rand(3))")
    value = answer("f = torch.rand(2)")
    assert left_out(IMPORTS, own("torch.manual_seed(0)"), draws, value, check()) == []
    again = answer("torch.manual_seed(1)\nf = torch.rand(2)")
    assert draws.source in left_out(IMPORTS, draws, again, check())


def test_where_a_student_could_depend_on_anything_all_run():
    reads = new_code_cell("print(globals())")
    assert left_out(IMPORTS, own("a = 1"), reads, answer("f = 1"), check()) == []
    command = new_code_cell("%load_ext other")
    assert left_out(IMPORTS, own("a = 1"), command, answer("f = 1"), check()) == []


def test_a_cell_that_is_no_python_does_nothing():
    broken = new_code_cell("def broken(")
    assert left_out(IMPORTS, own("a = 1"), broken, answer("f = 1"), check()) == ["a = 1"]


def test_tests_that_give_points_run_with_what_they_read():
    test = new_code_cell(
        "assert f(1) == bound", metadata={"nbgrader": {"grade": True, "grade_id": "t"}}
    )
    assert left_out(
        IMPORTS, own("bound = 1"), own("other = 2"), answer("def f(x): return 1"), test
    ) == ["other = 2"]


def full(source, points, error=False):
    cells = [IMPORTS, own("print(f)"), answer(source), check()]
    if error:
        cells[2].outputs = [new_output("error", ename="E", evalue="", traceback=[])]
    ran = needed(cells, {3: "f"})
    assert 1 not in ran
    return must_run_in_full(cells, {3: "f"}, ran, {3: (points, 2.0)})


def test_a_lost_mark_asks_for_a_full_run():
    assert full("def f(x):\n    return 1", 1.0)
    assert full("def f(x):\n    return 1", 2.0, error=True)
    assert not full("def f(x):\n    return 1", 2.0)


def test_an_answer_that_nobody_attempted_asks_for_none():
    assert not full("def f(x):\n    ...", 0.0)


def test_points_are_read_as_nbgrader_reads_them():
    cells = [check(), check("g"), new_markdown_cell("x")]
    cells[0].outputs = [new_output("execute_result", data={"text/plain": "1.5"})]
    cells[1].outputs = [new_output("error", ename="E", evalue="", traceback=[])]
    assert earned(cells) == {0: (1.5, 2.0), 1: (0.0, 2.0)}


names = st.sampled_from(["a", "b", "c"])
lines = st.one_of(
    st.builds("{} = [{}]".format, names, st.integers(0, 9)),
    st.builds("{} = {}".format, names, names),
    st.builds("{0} = {1} + [1]".format, names, names),
    st.builds("{}.append({})".format, names, st.integers(0, 9)),
    st.builds("{}[0] = {}".format, names, st.integers(0, 9)),
    st.builds("{} += [{}]".format, names, st.integers(0, 9)),
    st.builds("def change(x={}):\n    x.append(7)".format, names),
    st.builds("change({})".format, names),
    st.builds("change(x={})".format, names),
    st.builds("print({})".format, names),
    st.builds("if len({0}) > 2:\n    {1} = {0}".format, names, names),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(lines, min_size=1, max_size=8), names)
def test_an_answer_comes_out_the_same_as_in_a_full_run(sources, name):
    cells = [own("a, b, c = [1], [2], [3]\ndef change(x):\n    x.append(9)"), *map(own, sources)]
    cells += [answer(f"f = list({name})"), check()]
    skip = skippable(cells, {len(cells) - 1: "f"})
    results = []
    for left in (frozenset(), skip):
        space: dict = {"print": lambda *_: None}
        for number, cell in enumerate(cells[:-1]):
            if number not in left:
                exec(cell.source, space)
        results.append(space["f"])
    assert results[0] == results[1]


def tangled(number):
    """Return functions of which each calls two others: to follow them all takes the square of their number."""
    lines = [f"def g{i}(x): return g{i + 1}(x) + g{7 * i % number}(x)" for i in range(number)]
    return "\n".join([*lines, f"def g{number}(x): return x"])


@pytest.mark.parametrize(
    "written",
    [
        "a = 1\n" * (needs.MAX_STATEMENTS + 1),
        tangled(900),
        "\n".join(f"v{i} = g(v{max(i - 1, 0)}, v{i // 2})" for i in range(900)),
        f"a = '{'b' * needs.MAX_CODE}'",
    ],
    ids=["statements", "functions", "values", "text"],
)
def test_a_program_that_takes_too_long_to_follow_is_run_in_full(written):
    shows = own("print(f(torch.ones(3)))")
    assert left_out(IMPORTS, own("scale = 2"), F, check(), shows) == [shows.source]
    cells = (IMPORTS, own("scale = 2"), F, new_code_cell(written), check(), shows)
    assert left_out(*cells) == []


def test_what_is_kept_of_cells_is_bounded():
    long = "a = 1\n" * needs.KEPT_SOURCE
    before = needs._kept_program.cache_info().currsize
    left_out(IMPORTS, own("scale = 2"), F, new_code_cell(long), check())
    assert needs._kept_program.cache_info().currsize <= before + 3


def test_a_cell_of_very_many_commands_is_not_read_at_all():
    # IPython gives up on it with an error of its own, after it has read it 500 times.
    assert parse("!a\n" * 600) is None
    with pytest.raises(TooLong):
        plain_python("!a\n" * 100 + "a = 1\n" * 5000)
    assert parse("!a\n" * 100 + "a = 1\n" * 5000) is None
    assert plain_python("!ls\na = 1\n").endswith("a = 1\n")
