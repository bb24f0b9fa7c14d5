"""Texts of a student on a terminal and on a page: whole, or shortened, and without effect."""

from helpers.grading.pages.text import printable, shortened, whole


def test_text_for_a_terminal_does_nothing_there():
    assert printable("ada_01\x1b[2J\x1b]0;title\x07.ipynb") == "ada_01.ipynb"
    assert printable("a\r\nb\tc\x85d\u2028e") == "a b c d e"
    assert printable("file\u202egpj.exe") == "file\N{REPLACEMENT CHARACTER}gpj.exe"
    assert printable("half \ud800") == "half \N{REPLACEMENT CHARACTER}"
    assert printable("\x9b31mred \x1b(0 \x1bc") == "\N{REPLACEMENT CHARACTER}31mred 0"
    assert printable("Zoë Ålund 李 नेहा") == "Zoë Ålund 李 नेहा"
    assert printable("x" * 1_000_000) == "x" * 299 + "…"
    assert printable("\x1b]" * 10_000, most=5) == ""
    printable("".join(map(chr, range(0x3000)))).encode("utf-8")


def test_half_a_character_can_be_written():
    assert whole("a\ud83d b\udc00") == "a\N{REPLACEMENT CHARACTER} b\N{REPLACEMENT CHARACTER}"
    assert whole("Ω 😀") == "Ω 😀"


def test_of_a_long_text_both_ends_stay():
    short = shortened("a" * 600 + "b" * 600, 100)
    assert short.startswith("a" * 50)
    assert short.endswith("b" * 50)
    assert "1,100 characters are left out" in short
