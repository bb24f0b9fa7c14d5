"""What changed is told: in a table for a terminal, and in a sentence."""

import pytest

from helpers.grading.changes import Graded, changes
from helpers.grading.rejudging.changed import Line, Mark, table

pytestmark = pytest.mark.usefixtures("small_lesson")


def test_the_table_says_what_changes_and_what_a_terminal_may_see():
    lines = [
        Line("ada", (Mark("double", 2, 3, 3, 3, None),)),
        Line("b\x1b[2Jo\nb", (Mark("relu", None, 0.5, 1, 2, 1.5),), ((3, 4),)),
        Line("cleo", problems=("there are no\nrecords",), suspicions=("x",)),
    ]
    assert table(lines, False).splitlines() == [
        "ada  double 2/3 → 3/3",
        "bo b  relu no mark → 0.5/2; by hand it has 1.5, which stays",
        "bo b  late penalty 3 → 4",
        "cleo  not judged again: there are no records",
        "cleo  suspicious: x",
        "2 judged again, 1 not or in part, 2 marks of 2 submissions would change (+1.5 points): --apply does it",
    ]
    assert "changed (+1.5 points)" in table(lines, True).splitlines()[-1]


def test_changes_of_a_lesson_are_told_in_a_sentence():
    then = {"a": Graded(2, "x"), "b": Graded(1, ""), "c": Graded(1, "x")}
    assert changes(then, then) == []
    assert changes({}, then) == []
    now = {"a": Graded(3, "x"), "c": Graded(1, "y"), "d": Graded(1, "")}
    assert changes(then, now) == [
        "the points of a changed from 2 to 3, b was taken out, c reads otherwise, d was added since this was "
        "marked: mark again with --force, or rejudge"
    ]
    many = {f"c{n}": Graded(1, "") for n in range(9)}
    assert (
        "c4 was added, 4 more cells changed since"
        in changes({"a": now["a"]}, many | {"a": now["a"]})[0]
    )
