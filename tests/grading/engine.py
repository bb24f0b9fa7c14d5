"""Stands for the program of a container engine in tests: takes `run`, `rm` and `image inspect` as Podman does.

A container is bubblewrap with another user, where the test may change users, and without leave to make
namespaces, as in a container of Docker. Every command is written down in the file `log` beside this script.
"""

import argparse
import json
import os
import platform
import signal
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
IMAGE = "course-sandbox"
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives", "/etc/ld.so.cache")
UNSHARE = {"x86_64": 272, "aarch64": 97}[platform.machine()]
OPTIONS = (
    "--name",
    "--pull",
    "--network",
    "--security-opt",
    "--cap-drop",
    "--user",
    "--memory",
    "--memory-swap",
    "--shm-size",
    "--pids-limit",
    "--tmpfs",
    "--workdir",
    "--log-driver",
    "--entrypoint",
)


def forbid_namespaces() -> int:
    """Return a descriptor of the filter that refuses the system call `unshare`."""
    load, equals, give = 0x20, 0x15, 0x06
    program = [(load, 0, 0, 0), (equals, 0, 1, UNSHARE), (give, 0, 0, 0x50001)]
    program += [(give, 0, 0, 0x7FFF0000)]
    path = HERE / "filter"
    path.write_bytes(b"".join(struct.pack("HBBI", *step) for step in program))
    number = os.open(path, os.O_RDONLY)
    os.set_inheritable(number, True)
    return number


def parents(path: str) -> list[str]:
    """Return what makes the folders above a path; else the user inside might not enter them."""
    above = [str(p) for p in reversed(Path(path).parents)][1:]
    return [word for folder in above for word in ("--dir", folder)]


def run(arguments: list[str]) -> None:
    """Become the container."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for option in ("--rm", "--interactive", "--read-only"):
        parser.add_argument(option, action="store_true")
    for option in OPTIONS:
        parser.add_argument(option, required=True)
    for option in ("--ulimit", "--volume", "--env"):
        parser.add_argument(option, action="append", required=True)
    parser.add_argument("image")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    asked = parser.parse_args(arguments)
    assert asked.image == IMAGE
    assert asked.entrypoint == "python"
    (HERE / asked.name).write_text(str(os.getpid()))

    user, group = asked.user.split(":")
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"]
    command += ["--seccomp", str(forbid_namespaces()), "--clearenv"]
    inside = [sys.executable, *asked.command]
    if os.geteuid() == 0:
        command += [
            "--cap-add",
            "CAP_SETUID",
            "--cap-add",
            "CAP_SETGID",
            "--cap-add",
            "CAP_SETPCAP",
        ]
        change = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups"]
        inside = [*change, "--no-new-privs", "--bounding-set=-all", *inside]
    else:
        command += ["--unshare-user", "--uid", user, "--gid", group]
    # First, since this machine's Python may itself lie in /tmp.
    command += ["--perms", "1777", "--tmpfs", asked.tmpfs.split(":")[0]]
    for path in (*SYSTEM, sys.prefix, sys.base_prefix):
        command += [*parents(path), "--ro-bind-try", path, path]
    command += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm"]
    for volume in asked.volume:
        source, target, how = volume.split(":")
        kind = "--ro-bind" if "ro" in how.split(",") else "--bind"
        command += [*parents(target), kind, source, target]
    for one in (*asked.env, f"PATH={sys.prefix}/bin:/usr/bin:/bin"):
        command += ["--setenv", *one.split("=", 1)]
    command += ["--chdir", asked.workdir, "--remount-ro", "/"]
    os.execvp("bwrap", [*command, *inside])


def main(arguments: list[str]) -> int:
    """Carry out a command; returns its exit status."""
    with (HERE / "log").open("a") as log:
        log.write(json.dumps({"arguments": arguments, "environment": dict(os.environ)}) + "\n")
    if arguments[:2] == ["image", "inspect"]:
        if arguments[2:] == [IMAGE]:
            return 0
        print(f"Error: {arguments[2]}: image not known", file=sys.stderr)
        return 125
    if arguments[:2] == ["rm", "--force"]:
        os.kill(int((HERE / arguments[2]).read_text()), signal.SIGKILL)
        return 0
    assert arguments[0] == "run"
    return run(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
