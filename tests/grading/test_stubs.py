import pytest
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from helpers.grading.stubs import GiveStubs


def stubbed(source: str) -> str:
    config = Config()
    config.GiveStubs.code_stub = {"python": "# YOUR CODE HERE\n..."}
    metadata = {
        "nbgrader": {
            "schema_version": 3,
            "grade_id": "f",
            "solution": True,
            "grade": False,
            "locked": False,
            "task": False,
        }
    }
    resources = {"language": "python"}
    give = GiveStubs(config=config)
    first, _ = give.preprocess_cell(new_code_cell(source, metadata=metadata), resources, 0)
    usual = "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"
    then, _ = give.preprocess_cell(new_code_cell(usual, metadata=metadata), resources, 1)
    assert then.source == "# YOUR CODE HERE\n...", "a stub of one cell is not given to the next"
    return first.source


def test_without_a_region_the_usual_stub_is_given():
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    assert stubbed(source) == "def f():\n    # YOUR CODE HERE\n    ..."


def test_a_cell_may_bring_its_own_stub():
    source = (
        "import torch\n### BEGIN SOLUTION\nlayer = 1\n### END SOLUTION\n"
        "### BEGIN STUB\n# layer = 2\n#\n# if layer:\n#     print(layer)\n### END STUB"
    )
    assert stubbed(source) == "import torch\nlayer = 2\n\nif layer:\n    print(layer)"


def test_a_stub_inside_a_function_keeps_the_indentation():
    source = (
        "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
        "    ### BEGIN STUB\n    # y = 2\n    # return y\n    ### END STUB\n"
    )
    assert stubbed(source).rstrip() == "def f():\n    y = 2\n    return y"


def test_a_stub_that_replaces_nothing_is_refused():
    with pytest.raises(ValueError, match="SOLUTION region"):
        stubbed("### BEGIN STUB\n# x = 1\n### END STUB")


def test_a_stub_that_would_run_in_the_solution_is_refused():
    with pytest.raises(ValueError, match="begins with '# '"):
        stubbed("### BEGIN SOLUTION\nx = 1\n### END SOLUTION\n### BEGIN STUB\nx = 2\n### END STUB")
