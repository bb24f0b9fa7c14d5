from html.parser import HTMLParser

import pytest

from helpers.checks.result import STATES
from helpers.checks.verdict import Requirement, Verdict
from tests.checks.small import check

VOID = {"br"}


class Structure(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(html):
    structure = Structure()
    structure.feed(html)
    assert structure.open == [], "every tag is closed"
    return structure


def make(state="failed", **changes):
    requirements = (Requirement("small", 1.0, 1.0), Requirement("large", 0.0, 0.5))
    return Verdict("softmax", "Write the softmax.", state, requirements, **changes)


@pytest.mark.parametrize("state", STATES)
def test_the_state_is_told_in_words_and_a_sign(state):
    text = "".join(read(make(state)._repr_html_()).text)
    assert STATES[state][0] in text
    assert STATES[state][1] in text
    assert "1 of 1.5 points" in text


def test_what_a_learner_wrote_cannot_become_markup():
    evil = "<script>alert(1)</script>"
    html = make(
        message=evil, mistake=evil, got=evil, tried=evil, printed=evil, hints=(evil,)
    )._repr_html_()
    assert "<script" not in html
    assert read(html)


def test_hints_are_folded_one_inside_the_other():
    structure = read(make(hints=("one", "two", "three"))._repr_html_())
    assert [t for t, _ in structure.tags].count("details") == 3
    assert not any("open" in a for t, a in structure.tags if t == "details")


def test_code_in_a_sentence_is_set_as_code():
    assert "<code>dim=0</code>" in make(mistake="Use `dim=0`.")._repr_html_()


def test_a_screen_reader_is_told_the_state():
    section = read(make()._repr_html_()).tags[0]
    assert section[1]["role"] == "status"
    assert section[1]["aria-label"] == "Not right yet: softmax"


def test_the_plain_text_says_the_same():
    verdict = make(
        message="The shape is wrong.", mistake="That is `dim=1`.", got="3", hints=("one",)
    )
    for words in (
        "✘ Not right yet",
        "1 of 1.5",
        "✔ small: 1/1",
        "✘ large: 0/0.5",
        "That is",
        "The shape",
        "one",
    ):
        assert words in str(verdict)


def test_a_real_check_gives_a_sound_card():
    read(check.scale(lambda x: x)._repr_html_())
    read(check.colour(None)._repr_html_())


def test_the_verdict_can_be_written_down():
    assert make().to_dict()["points"] == 1.0
    assert make().to_dict()["possible"] == 1.5
