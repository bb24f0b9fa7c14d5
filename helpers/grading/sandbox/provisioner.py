"""Jupyter's way to start a kernel, for kernels in the sandbox."""

import asyncio
from collections.abc import Mapping
from typing import Any

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from helpers.grading.sandbox.sandbox import ENDED, Left, Sandbox, Start

NAME = "course-sandbox"


class SandboxProvisioner(KernelProvisionerBase):
    """Starts, watches and ends a kernel that a `Sandbox` forks.

    Attributes:
        left: processes that had left the kernel and were still running when it was ended.
        behind: all that it left, its files among it.
        why: why the sandbox ended it, or "".
        lost: whether the sandbox itself ended under it, which is nothing that a submission can do.
    """

    sandbox: Sandbox | None = None
    begin: Start | None = None
    left = 0
    behind = Left()
    why = ""
    lost = False
    _runs = False

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and not yet ended."""
        return self._runs

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose the sockets; they are files, since there is no network."""
        manager = self._manager()
        self.sandbox, self.begin = manager.sandbox, manager.begin
        manager.transport, manager.ip = "ipc", str(manager.sandbox.place())
        manager.write_connection_file()
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Have the kernel forked; `cmd` plays no part."""
        connection = self._manager().get_connection_info()
        key = connection["key"]
        plain = {**connection, "key": key.decode() if isinstance(key, bytes) else key}
        # Not in another thread: the sandbox ends with the thread that starts it.
        self._home().start(plain, self.begin)
        self._runs = True
        return connection

    async def poll(self) -> int | None:
        """Return None while the kernel runs, else its exit status."""
        if not self._runs:
            return 0
        status, why = self._home().poll()
        self.why = self.why or why
        self.lost = self.lost or why == ENDED
        return status

    async def wait(self) -> int | None:
        """Wait for the kernel's end."""
        while (status := await self.poll()) is None:
            await asyncio.sleep(0.02)
        self._end()
        return status

    async def send_signal(self, signum: int) -> None:
        """Send the kernel a signal."""
        if self._runs and signum:
            self._home().signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        self._end()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and all that it started."""
        self._end()

    async def cleanup(self, restart: bool = False) -> None:
        """End what may still be there."""
        self._end()

    async def get_provisioner_info(self) -> dict[str, Any]:
        """Refuse: such a kernel cannot be taken over by another process."""
        raise NotImplementedError

    def _end(self) -> None:
        if self._runs:
            self._runs = False
            self.behind = self._home().end(self.begin is not None and self.begin.carry)
            self.left += self.behind.processes

    def _home(self) -> Sandbox:
        if self.sandbox is None:
            raise RuntimeError("no kernel was launched: `pre_launch` chooses the sandbox")
        return self.sandbox

    def _manager(self) -> "SandboxKernelManager":
        if not isinstance(self.parent, SandboxKernelManager):
            raise TypeError(f"kernels of {NAME!r} are started by a SandboxKernelManager alone")
        return self.parent


class SandboxKernelManager(AsyncKernelManager):
    """A kernel manager whose kernels live in a sandbox.

    Attributes:
        sandbox: where they live.
        begin: what a kernel starts with.
    """

    def __init__(
        self, sandbox: Sandbox, begin: Start | Mapping[str, bytes] | None = None, **kwargs: Any
    ) -> None:
        self.sandbox = sandbox
        self.begin = begin if isinstance(begin, Start) else Start(begin or {})
        super().__init__(**kwargs)
        self._kernel_spec = KernelSpec(
            argv=[],
            display_name="Python 3",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": NAME}},
        )

    def kill_hard(self) -> None:
        """End the sandbox's fork server, with all that it started. Any thread may call this."""
        self.sandbox.kill()
