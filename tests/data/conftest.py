"""Every test of the data runs without a network."""

import shutil
import socket
from pathlib import Path

import pytest

from helpers.data import files


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    def refuse(*_args, **_options):
        raise AssertionError("the data loaders must not use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def data_folder(tmp_path, monkeypatch) -> Path:
    """A copy of the small data files, which the loaders read and a test may damage."""
    for name in (files.SUMS, "penguins.csv", "sunspots.csv"):
        shutil.copyfile(files.FOLDER / name, tmp_path / name)
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    return tmp_path
