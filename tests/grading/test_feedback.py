from nbformat.v4 import new_code_cell, new_output

from helpers.grading.feedback import HideHiddenTests

SOURCE = (
    "check = f(1)\nassert check\n### BEGIN HIDDEN TESTS\nassert f(3) == 9, 'no'\n"
    "### END HIDDEN TESTS"
)


def shown(*lines: str, value: str) -> str:
    output = new_output("error", ename="AssertionError", evalue=value, traceback=list(lines))
    metadata = {"nbgrader": {"grade": True, "solution": False}}
    cell = new_code_cell(SOURCE, outputs=[output], metadata=metadata)
    cell, _ = HideHiddenTests().preprocess_cell(cell, {}, 0)
    assert "f(3)" not in cell.source
    return "\n".join([cell.outputs[0].evalue, *cell.outputs[0].traceback])


def test_a_hidden_test_that_failed_leaves_only_the_kind_of_error():
    text = shown(
        "\x1b[0;32m      3\x1b[0m ### BEGIN HIDDEN TESTS\n"
        "\x1b[0;32m----> 4\x1b[0m \x1b[0;32massert\x1b[0m f(3) == 9, 'no'\n",
        "AssertionError: no",
        value="no",
    )
    assert text == "in a test that is not shown\nAssertionError: in a test that is not shown"


def test_the_lines_below_a_visible_error_are_taken_out():
    text = shown(
        "----> 1 check = f(1)\n      2 assert check\n      3 ### BEGIN HIDDEN TESTS\n"
        "      4 assert f(3) == 9, 'no'\n",
        "NameError: name 'f' is not defined",
        value="name 'f' is not defined",
    )
    assert "f(3)" not in text
    assert "HIDDEN" not in text
    assert "----> 1 check = f(1)" in text
    assert "name 'f' is not defined" in text
