"""Pictures and drawings are what they say, and no more."""

import base64
import struct
import zlib
from xml.etree import ElementTree

from helpers.grading.pages.pictures import attached, drawing, picture
from tests.grading.pages.seen import SVG
from tests.grading.submissions import (
    EVIL_SVG,
    sketch,
)


def png_that_unpacks_to(width: int, height: int) -> str:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return base64.b64encode(content).decode()


def test_a_picture_is_what_its_type_says():
    assert picture("image/png", sketch()) == f"data:image/png;base64,{sketch()}"
    assert picture("image/png", sketch()[:40] + "\n" + sketch()[40:]) is not None
    assert picture("image/jpeg", sketch()) is None
    assert picture("text/html", base64.b64encode(b"<script>").decode()) is None
    assert picture("image/png", '"><script>') is None
    assert picture("image/png", None) is None
    assert picture("image/png", png_that_unpacks_to(100, 100)) is not None
    assert picture("image/png", png_that_unpacks_to(60_000, 60_000)) is None
    assert picture("image/png", "A" * 10_000_000) is None


def test_attachments_are_pictures_of_bounded_size():
    assert attached({"a.png": {"image/png": sketch()}, "b": {"text/html": "x"}}) == {
        "a.png": {"image/png": sketch()}
    }
    for odd in (
        None,
        3,
        [],
        {"a": None},
        {"a": {"image/png": 3}},
        {"a": {"image/svg+xml": EVIL_SVG}},
    ):
        assert attached(odd) == {}


def test_a_drawing_keeps_its_look_and_loses_what_acts():
    address = drawing(EVIL_SVG)
    svg = base64.b64decode(address.partition(",")[2]).decode()
    assert "drawn" in svg
    for words in ("script", "onload", "example.org", "foreignObject", "javascript"):
        assert words not in svg


def test_drawings_that_explode_are_refused():
    uses = "".join(f'<g id="g{i}">' + f'<use href="#g{i + 1}"/>' * 10 + "</g>" for i in range(30))
    patterns = "".join(
        f'<pattern id="p{i}"><path fill="url(#p{i + 1})"/><path fill="url(#p{i + 1})"/></pattern>'
        for i in range(40)
    )
    assert drawing(SVG.format(uses)) is None
    assert drawing(SVG.format(patterns)) is None
    assert drawing(SVG.format("<g>" * 5_000 + "</g>" * 5_000)) is None
    assert drawing("<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG.format("&a;")) is None
    assert drawing(SVG.format('<g id="a"><use href="#a"/></g>')) is not None
    assert drawing("<svg") is None
    assert drawing("<html/>") is None


class _Late(ElementTree.XMLPullParser):
    """Reads all at the end, as newer versions of expat do with a tag that comes in several pieces."""

    def __init__(self, events):
        super().__init__(events)
        self._pieces = []

    def feed(self, data):
        self._pieces.append(data)

    def close(self):
        for piece in self._pieces:
            super().feed(piece)
        super().close()


def test_a_drawing_is_read_to_its_end_however_late_the_parser_reads_it(monkeypatch):
    monkeypatch.setattr(ElementTree, "XMLPullParser", _Late)
    address = drawing(SVG.format("<g><circle r='3'/></g>"))
    assert address is not None
    assert b"circle" in base64.b64decode(address.partition(",")[2])
