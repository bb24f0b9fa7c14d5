"""The container way: its command line, and the whole marking through a program that stands for the engine."""

import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from helpers.grading.runner import run
from helpers.grading.sandbox.isolation import CHOICE, Bubblewrap, Container, Limits, chosen, why_not
from helpers.grading.sandbox.provisioner import SandboxKernelManager
from helpers.grading.sandbox.sandbox import Sandbox
from helpers.lessons.registry import exercises
from helpers.notebooks import ROOT
from tests.grading import engine
from tests.grading.course import LESSON, Course
from tests.grading.test_batch import ALL

needs_bubblewrap = pytest.mark.skipif(bool(Bubblewrap().why_not()), reason=Bubblewrap().why_not())
LIMITS = Limits(memory=1 << 30, disk=100 << 20, processes=50, open_files=99)
COMMAND = Container(engine.IMAGE, "docker").command(
    "mark-1", Path("/tmp/m/sealed"), Path("/tmp/m/k"), LIMITS
)


@pytest.fixture
def podman(tmp_path, monkeypatch):
    """Put a program called podman on the PATH; returns its folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    source = Path(engine.__file__).read_text(encoding="utf-8")
    (folder / "podman").write_text(f"#!{sys.executable} -P\n{source}", encoding="utf-8")
    (folder / "podman").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def said(folder):
    return [json.loads(line) for line in (folder / "log").read_text().splitlines()]


def values(option):
    return [after for before, after in pairwise(COMMAND) if before == option]


def test_the_command_line_shuts_everything_off():
    assert COMMAND[:2] == ["docker", "run"]
    assert {"--rm", "--interactive", "--read-only"} <= set(COMMAND)
    wanted = {
        "--network": ["none"],
        "--cap-drop": ["ALL"],
        "--security-opt": ["no-new-privileges"],
        "--user": ["65534:65534"],
        "--pull": ["never"],
        "--log-driver": ["none"],
        "--pids-limit": ["114"],
        "--memory": [str((2 << 30) + (100 << 20))],
        "--memory-swap": [str((2 << 30) + (100 << 20))],
        "--shm-size": [str(100 << 20)],
        "--ulimit": ["nofile=99:99", f"fsize={100 << 20}:{100 << 20}", "core=0:0"],
        "--tmpfs": [f"/tmp:rw,nosuid,nodev,mode=1777,size={100 << 20}"],
    }
    assert {option: values(option) for option in wanted} == wanted
    assert COMMAND[-3:] == [engine.IMAGE, "-P", "/course/.marking/fork_server.py"]
    assert not {"--privileged", "--device", "--mount", "--cap-add", "--env-file"} & set(COMMAND)


def test_the_command_line_shows_two_folders_and_nothing_of_the_environment(monkeypatch):
    assert values("--volume") == ["/tmp/m/sealed:/course:ro,Z", "/tmp/m/k:/tmp/m/k:rw,Z"]
    assert not any(str(ROOT) in word or str(Path.home()) in word for word in COMMAND)
    assert all("=" in one for one in values("--env")), "a name alone would pass its value on"
    monkeypatch.setenv("A_SECRET", "1")
    monkeypatch.setenv("https_proxy", "http://user:word@proxy")
    isolation = Container(engine.IMAGE, "docker")
    assert "A_SECRET" not in isolation.environment()
    assert "https_proxy" not in isolation.environment()


@pytest.mark.skipif(shutil.which("docker") is None, reason="the program docker is not installed")
def test_docker_itself_understands_the_command_line():
    nowhere = os.environ | {"DOCKER_HOST": "unix:///nowhere/docker.sock"}
    done = subprocess.run(COMMAND, env=nowhere, capture_output=True, text=True, timeout=60)
    assert done.returncode
    assert "Cannot connect to the Docker daemon" in done.stderr, "it complains of something else"


def test_the_environment_chooses_the_isolation(monkeypatch):
    monkeypatch.delenv(CHOICE, raising=False)
    assert isinstance(chosen(), Bubblewrap)
    monkeypatch.setenv(CHOICE, "course-sandbox")
    assert chosen() == Container("course-sandbox")


def test_without_an_engine_or_the_image_there_is_no_sandbox(podman, monkeypatch):
    monkeypatch.setenv(CHOICE, "another")
    assert "cannot use the image another" in why_not()
    assert "image not known" in why_not()
    monkeypatch.setenv(CHOICE, engine.IMAGE)
    assert why_not() == ""
    monkeypatch.setenv("PATH", "")
    assert "neither Podman nor Docker is installed" in why_not()
    monkeypatch.delenv(CHOICE)
    assert "bubblewrap is not installed" in why_not()
    assert CHOICE in why_not()


def test_the_image_for_students_programs_holds_nothing_of_the_course():
    text = (ROOT / "helpers/grading/Containerfile").read_text(encoding="utf-8")
    _, sandbox, worker = re.split(r"^FROM ", text, flags=re.MULTILINE)
    assert sandbox.startswith("${PYTHON} AS sandbox\n")
    assert worker.startswith("sandbox AS worker\n")
    assert re.findall(r"^COPY (.*) \S+$", sandbox, re.MULTILINE) == ["requirements.txt"]
    copied = " ".join(re.findall(r"^COPY (.*) \S+$", worker, re.MULTILINE)).split()
    assert "helpers" in copied
    assert all((ROOT / name).exists() for name in copied)
    removed = re.search(r"^RUN rm -r /opt/course/(\S+)", worker, re.MULTILINE)[1]
    assert sorted(ROOT.glob(removed)) == sorted(p for p in exercises() if p.is_relative_to(ROOT))
    assert exercises()
    for stage in (sandbox, worker):
        assert re.findall(r"^USER (.*)$", stage, re.MULTILINE)[-1] == "65534:65534"


LEAVE = """
import os, subprocess, time
process = subprocess.Popen(["setsid", "sleep", "99"])
while os.getsid(process.pid) == os.getsid(0):  # it leaves on its own time, on a busy machine later
    time.sleep(0.01)
"""
LOOK = """
import json, os, socket
def tried(step):
    try:
        return str(step())
    except OSError as error:
        return type(error).__name__
sockets = [l.split()[-1] for l in open('/proc/net/unix') if '/k/' in l]
print(json.dumps({
    'user': os.getuid(),
    'course': sorted(os.listdir('/course')),
    'solutions': tried(lambda: os.listdir(%r)),
    'kernel': tried(lambda: open(os.path.dirname(sockets[0]) + '/x', 'w')),
    'system': tried(lambda: open('/course/x', 'w')),
    'network': tried(lambda: socket.create_connection(('192.0.2.1', 80), 2)),
    'secret': os.environ.get('A_SECRET'),
}))
"""


@needs_bubblewrap
def test_each_submission_has_a_container_of_its_own_that_is_ended(podman, monkeypatch):
    monkeypatch.setenv("A_SECRET", "1")
    sandbox = Sandbox(isolation=Container(engine.IMAGE))
    printed = []
    try:
        for _ in range(2):
            cells = [
                new_code_cell(LOOK % str(ROOT / "solutions")),
                new_code_cell("open('/tmp/note', 'x')"),
            ]
            cells += [new_code_cell(LEAVE)]
            done = run(new_notebook(cells=cells), {}, lambda: SandboxKernelManager(sandbox))
            printed.append(json.loads(done.notebook.cells[0].outputs[0].text))
            assert not [o for o in done.notebook.cells[1].outputs if o.output_type == "error"]
            assert done.suspicions == ["1 process(es) left running"]
            assert not done.failures
    finally:
        sandbox.close()
    kernels = {one.pop("kernel") for one in printed}
    if os.geteuid() == 0:  # only root can give the container another user
        assert kernels == {"PermissionError"}
    assert printed == 2 * [
        {
            "user": 65534,
            "course": [".marking", "assets", "helpers"],
            "solutions": "FileNotFoundError",
            "system": "OSError",
            "network": "OSError",
            "secret": None,
        }
    ]
    started = [s["arguments"][4] for s in said(podman) if s["arguments"][0] == "run"]
    ended = [s["arguments"][2] for s in said(podman) if s["arguments"][0] == "rm"]
    assert len(set(started)) == 2
    assert ended == started
    assert not any("A_SECRET" in s["environment"] for s in said(podman))
    for name in started:
        assert not Path(f"/proc/{(podman / name).read_text()}").exists()


@needs_bubblewrap
@pytest.mark.grading
def test_a_course_is_marked_in_containers_and_refused_without_the_image(
    tmp_path, podman, monkeypatch
):
    (tmp_path / "course").mkdir()
    course = Course(tmp_path / "course")
    course.submit("ada", course.answered())
    batch = ["-m", "helpers.grading", "autograde", LESSON, "--jobs=1", "--log-level=ERROR"]
    monkeypatch.setenv(CHOICE, "not-built")
    assert "image not known" in course.run(*batch, code=1).stderr
    monkeypatch.setenv(CHOICE, engine.IMAGE)
    assert "1 marked" in course.run(*batch).stdout
    assert course.marks("ada") == ALL
    assert {s["arguments"][0] for s in said(podman)} == {"image", "run", "rm"}
