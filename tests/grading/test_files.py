import os
import socket
import subprocess
import tracemalloc

import pytest

from helpers.grading.files import FileLimits, read_files, shown, write_files


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_plain_files_are_read_in_order_and_written_again(folder, tmp_path):
    files = {"a b/ü'[1].csv": b"1", "data.bin": bytes(range(256)), "empty": b"", "x.ipynb": b"{}"}
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    read, left_out = read_files(folder)
    assert (read, list(read), left_out) == (files, sorted(files), [])
    write_files(read, tmp_path / "out")
    assert read_files(tmp_path / "out") == (files, [])


def test_what_is_no_plain_file_is_left_out_by_name_and_never_waited_for(folder, tmp_path):
    (tmp_path / "secret").write_text("x")
    (folder / "link").symlink_to(tmp_path / "secret")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "socket"))
    read, left_out = read_files(folder)
    assert read == {}
    assert left_out == [
        "link was left out: it is a link",
        "pipe was left out: it is a named pipe",
        "round was left out: it is a link",
        "socket was left out: it is a socket",
    ]


def test_a_folder_that_is_itself_a_link_is_refused(folder, tmp_path):
    (folder / "a").write_text("1")
    (tmp_path / "way").symlink_to(folder)
    read, left_out = read_files(tmp_path / "way")
    assert read == {}
    assert "cannot be read" in left_out[0]
    assert "cannot be read" in read_files(tmp_path / "nowhere")[1][0]


def test_sparse_files_of_many_gigabytes_take_neither_memory_nor_a_place(folder):
    for n in range(40):
        with (folder / f"{n:02}").open("wb") as file:
            file.truncate(8 << 30)
    (folder / "z.csv").write_text("1,2")
    tracemalloc.start()
    read, left_out = read_files(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read == {"z.csv": b"1,2"}
    assert peak < 2 << 20
    assert left_out[0] == "00 was left out: it is larger than 32 MB"
    assert left_out[-1] == "20 further things were left out"
    assert len(left_out) == 21


def test_the_bytes_of_all_files_are_bounded(folder):
    for name in "abc":
        (folder / name).write_bytes(bytes(600))
    (folder / "d").write_bytes(bytes(300))
    read, left_out = read_files(folder, FileLimits(one=1000, total=1500))
    assert list(read) == ["a", "b", "d"]
    assert "altogether" in left_out[0]


def test_the_number_of_files_of_names_and_of_folders_is_bounded(folder):
    for n in range(30):
        (folder / f"{n:02}").touch()
    read, left_out = read_files(folder, FileLimits(number=10))
    assert len(read) == 10
    assert len(left_out) == 20
    read, left_out = read_files(folder, FileLimits(names=5))
    assert len(read) == 5
    assert "too many names" in left_out[0]
    deep = folder / "/".join("d" * 40)
    deep.mkdir(parents=True)
    (deep / "x").touch()
    read, left_out = read_files(folder)
    assert len(read) == 30
    assert "lies too deep" in left_out[0]


def test_folders_without_end_are_neither_followed_nor_held_open(folder):
    """Deeper than a path may be long: only relative to one another can such folders be made."""
    at = os.open(folder, os.O_RDONLY)
    for _ in range(2000):
        os.mkdir("d" * 8, dir_fd=at)
        below = os.open("d" * 8, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    assert read_files(folder)[0] == {}
    subprocess.run(["rm", "-r", folder], check=True)


def test_names_that_are_no_text_or_move_a_cursor_do_no_harm(folder):
    (folder / "a\x1b[2J\nb").write_text("1")
    with open(os.fsencode(folder) + b"/\xff\xfe", "w"):
        pass
    (folder / "line\nbreak").symlink_to("x")
    read, left_out = read_files(folder)
    assert list(read) == ["a\x1b[2J\nb"]
    assert all(line.isprintable() for line in left_out)
    assert any("no text" in line for line in left_out)
    assert shown("ü ok") == "ü ok"
    assert len(shown("x" * 1000)) == 80


def test_environments_and_histories_stay_behind(folder):
    for name in (".git", ".venv", "__pycache__", ".ipynb_checkpoints", "node_modules", "__MACOSX"):
        (folder / name).mkdir()
        (folder / name / "x").touch()
    read, left_out = read_files(folder)
    assert read == {}
    assert [line.split()[0] for line in left_out] == [".git", ".venv", "node_modules"]


def test_what_cannot_be_read_is_told(folder, monkeypatch):
    (folder / "a").touch()
    real = os.open

    def refuse(path, *arguments, **more):
        if path == "a":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **more)

    monkeypatch.setattr(os, "open", refuse)
    assert read_files(folder) == ({}, ["a was left out: it cannot be read (Permission denied)"])


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", ""])
def test_no_path_leads_out_of_the_folder(path, tmp_path):
    with pytest.raises(ValueError, match="leads out"):
        write_files({path: b""}, tmp_path / "out")
