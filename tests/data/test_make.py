"""The maker of the data files: its reader of resource files, of credits and its rule of licences."""

import gzip
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.data import make
from helpers.data.rcc import COMPRESSED, FOLDER, read_rcc

NAMES = st.text(st.characters(exclude_characters="/", codec="utf-8"), min_size=1, max_size=8)


def write_rcc(files: dict[str, tuple[bytes, bool]]) -> bytes:
    """A resource file (version 3) of one folder; each file has a content, compressed or not."""
    names, contents, nodes = b"", b"", []

    def add_name(name: str) -> int:
        nonlocal names
        place, letters = len(names), name.encode("utf-16-be")
        names += struct.pack(">HI", len(letters) // 2, 0) + letters
        return place

    nodes.append(struct.pack(">IHII8x", 0, FOLDER, 1, 1))
    nodes.append(struct.pack(">IHII8x", add_name("folder"), FOLDER, len(files), 2))
    for name, (content, compressed) in files.items():
        body = struct.pack(">I", len(content)) + zlib.compress(content) if compressed else content
        flags = COMPRESSED if compressed else 0
        nodes.append(struct.pack(">IHHHI8x", add_name(name), flags, 0, 0, len(contents)))
        contents += struct.pack(">I", len(body)) + body
    start = 24
    tree = b"".join(nodes)
    places = (start, start + len(tree), start + len(tree) + len(contents))
    return b"qres" + struct.pack(">5I", 3, *places, 0) + tree + contents + names


@given(st.dictionaries(NAMES, st.tuples(st.binary(max_size=50), st.booleans()), max_size=5))
def test_a_resource_file_is_read_back(files):
    expected = {f"/folder/{name}": content for name, (content, _) in files.items()}
    assert dict(read_rcc(write_rcc(files))) == expected


def test_another_kind_of_file_is_refused():
    with pytest.raises(ValueError, match="not a Qt resource file"):
        read_rcc(b"PK\x03\x04 and more")


CREDITS = """
Copyright: A. Person
Source: https://commons.wikimedia.org/wiki/File:Old_saw.jpg
License: CC0-1.0
Files:
saw.webp
saw2.webp

Copyright: B. Person
Source: https://example.org/x
License: GPLv2+
Files:
drill.webp
"""


def test_credits_are_read_paragraph_by_paragraph():
    entries = dict(make.read_credits(CREDITS))
    assert list(entries) == ["saw.webp", "saw2.webp", "drill.webp"]
    assert entries["saw2.webp"]["Copyright"] == "A. Person"
    assert entries["drill.webp"]["License"] == "GPLv2+"


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("Public Domain", "public domain"),
        ("CC0-1.0", "CC0-1.0"),
        ("CC-BY-2.0", "CC-BY-2.0"),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("CC-BY-NC-4.0", None),
        ("CC-BY-ND-4.0", None),
        ("CC-BY-NC-SA-4.0", None),
        ("GPLv2+", None),
        ("GFDL-1.2", None),
        ("", None),
    ],
)
def test_only_open_licences_are_kept(stated, kept):
    assert make.open_licence(stated) == kept


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("https://commons.wikimedia.org/wiki/File:Claw-hammer.jpg", "Claw hammer"),
        ("https://commons.wikimedia.org/wiki/File:R%C3%BCck_1.JPG", "Rück 1"),
        ("https://example.org/view.php?image=1&picture=old-hammer", "old hammer"),
        ("https://example.org/City-Icon-4274669", "City Icon"),
    ],
)
def test_the_title_is_read_from_the_address(source, title):
    assert make.title_of(source) == title


def test_arrays_in_the_idx_format_are_read(tmp_path):
    values = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    header = bytes([0, 0, 8, 3]) + struct.pack(">3i", *values.shape)
    path = tmp_path / "values.gz"
    path.write_bytes(gzip.compress(header + values.tobytes()))
    np.testing.assert_array_equal(make.read_idx(path), values)


def test_a_missing_source_is_told_with_what_to_install(tmp_path):
    with pytest.raises(SystemExit, match="dataset-fashion-mnist is missing"):
        make.read_idx(tmp_path / "none.gz")
    with pytest.raises(SystemExit, match=r"no_such_package is missing.*\n.*\n?"):
        make.packaged("no_such_package", "table.csv")
