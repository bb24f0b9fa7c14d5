import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from helpers import lab
from helpers.notebooks import NOTEBOOKS, ROOT


def test_the_start_page_leads_to_every_lesson():
    page = json.loads(lab.START.read_text(encoding="utf-8"))
    text = "".join("".join(c["source"]) for c in page["cells"])
    linked = re.findall(r"\]\((\d\d_\w+/\d\d_\w+\.ipynb)\)", text)
    lessons = sorted(p.relative_to(NOTEBOOKS).as_posix() for p in NOTEBOOKS.glob("*/*.ipynb"))
    assert linked == lessons


def test_a_users_own_options_take_the_place_of_ours():
    command = lab.command(["--ServerApp.root_dir=here", "--port=1"])
    assert [o for o in command if "root_dir" in o] == ["--ServerApp.root_dir=here"]
    assert command[-1] == "--port=1"


def test_without_a_browser_none_is_opened(monkeypatch):
    def no_browser():
        raise lab.webbrowser.Error

    monkeypatch.setattr(lab.webbrowser, "get", no_browser)
    assert "--no-browser" in lab.command([])


@pytest.mark.notebook
def test_the_server_starts_and_prints_an_address_that_works():
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.lab", "--no-browser", f"--port={port}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = _address(process)
        assert "/lab/tree/notebooks/index.ipynb" in address
        base, token = re.match(r"(http://[^/]+)/.*token=(\w+)", address).groups()
        for where in ("api/contents/notebooks/index.ipynb", "lab/tree/notebooks/index.ipynb"):
            assert _status(f"{base}/{where}?token={token}") == 200
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        process.stdout.close()


def _status(address: str) -> int:
    """Ask until the server answers: it prints its address a moment before it listens."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.status
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.2)
    raise AssertionError(f"nobody listens at {address}")


def _address(process: subprocess.Popen) -> str:
    for line in process.stdout:
        found = re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/\S*token=\w+", line)
        if found:
            return found.group()
    raise AssertionError("JupyterLab ended without printing an address")


def test_make_knows_the_verbs_that_the_documents_name():
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    shown = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for verb in ("lab", "test", "release", "figures", "lint", "format", "bench"):
        assert re.search(rf"^{verb}\s", shown, re.M), verb
