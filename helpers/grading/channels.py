"""Jupyter's client, for a kernel whose messages may be anything: each is bounded before it is read.

A student's program has the kernel's sockets and the key of its signatures. So a signature proves nothing; what
comes is bounded in size, in number waiting and in the work of reading it, and what makes no sense is dropped and
counted. Waiting ends on the clock, however much junk arrives meanwhile.
"""

import asyncio
import time
from collections import Counter
from queue import Empty
from typing import Any

import zmq
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.session import DELIM
from traitlets import Type

FRAME = {"iopub": 32 << 20}  # bytes of one part of a message; a larger one ends the connection
_SMALL_FRAME = 4 << 20  # for the other sockets: replies, which carry no outputs
_WAITING = {"iopub": 8}  # messages received and not yet read
_FEW = 16
_SEND = 3000  # milliseconds until a message is taken
PARTS = 32  # of a message: addresses, signature, four dictionaries, buffers
SIGNATURE = 128  # bytes
HEADER = 1 << 16  # bytes of a header
TOKENS = 1_000_000  # characters of JSON outside strings, which each may become a Python object
STRINGS = 1_000_000


class Damaged(ValueError):
    """A message that is not to be read; the text says why."""


def plain(frames: list[bytes]) -> list[bytes]:
    """Return the five parts that make a message: signature, header, parent, metadata, content.

    Raises:
        Damaged: it has not the form of one, or reading it would take too much.
    """
    if len(frames) > PARTS or DELIM not in frames[:4]:
        raise Damaged("no message")
    parts = frames[frames.index(DELIM) + 1 :][:5]
    # The session keeps signatures in order to know a message that comes again.
    if len(parts) < 5 or len(parts[0]) > SIGNATURE or any(len(p) > HEADER for p in parts[1:3]):
        raise Damaged("no message")
    for part in parts[1:]:
        if _work(part) > TOKENS:
            raise Damaged("too much structure")
    return parts


def _work(part: bytes) -> int:
    """Return how many characters of JSON stand outside its strings, or a bound of it."""
    if len(part) <= TOKENS:
        return len(part)
    bare = part.replace(b"\\\\", b"").replace(b'\\"', b"")
    if bare.count(b'"') > 2 * STRINGS:
        return len(part)
    return sum(map(len, bare.split(b'"')[::2]))


class BoundedChannel(AsyncZMQSocketChannel):
    """A channel that returns well-formed messages alone, and whose waiting ends on the clock.

    Attributes:
        damaged: what was dropped, by reason.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.damaged: Counter[str] = Counter()

    # The asynchronous channel is a kind of the synchronous one in jupyter_client.
    async def get_msg(  # type: ignore[override]
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """Return the next message.

        Args:
            timeout: seconds; None: without end. No message is returned once they have passed, even if one is
                there: whoever waits for another one would else never come to an end.

        Raises:
            Empty: none came in time.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            # A socket that always has something ready would not let anything else have its turn.
            await asyncio.sleep(0)
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise Empty
            if not await self.socket.poll(None if left is None else int(left * 1000) + 1):
                continue
            try:
                message = self._read(await self.socket.recv_multipart())
            except Exception as error:  # whatever reading it brings up, a student's program sent it
                self.damaged[str(error) if isinstance(error, Damaged) else "unreadable"] += 1
                continue
            return message

    def _read(self, frames: list[bytes]) -> dict[str, Any]:
        message = self.session.deserialize(plain(frames))
        for key in ("header", "parent_header", "content"):
            if not isinstance(message[key], dict):
                raise Damaged("no message")
        if not isinstance(message["msg_type"], str):
            raise Damaged("no message")
        return message


class BoundedClient(AsyncKernelClient):
    """A client with bounds; it has no need of the sockets for input and for the heartbeat."""

    shell_channel_class = Type(BoundedChannel)
    iopub_channel_class = Type(BoundedChannel)
    stdin_channel_class = Type(BoundedChannel)
    control_channel_class = Type(BoundedChannel)

    def start_channels(self, *_: Any, **__: Any) -> None:
        """Open the two sockets that are used."""
        super().start_channels(stdin=False, hb=False, control=False)

    def stop_channels(self) -> None:
        """Close them, and drop what is still on its way."""
        for channel in (self._shell_channel, self._iopub_channel):
            if channel is not None:
                channel.stop()
        self._shell_channel = self._iopub_channel = None

    @property
    def damaged(self) -> Counter[str]:
        """What was dropped on all channels, by reason."""
        channels = (self._shell_channel, self._iopub_channel)
        return sum((c.damaged for c in channels if c is not None), Counter())

    def _create_connected_socket(self, channel: str, identity: bytes | None = None) -> Any:
        # Such options count only before a socket is connected, which the original does at once.
        self.context.setsockopt(zmq.MAXMSGSIZE, FRAME.get(channel, _SMALL_FRAME))
        self.context.setsockopt(zmq.RCVHWM, _WAITING.get(channel, _FEW))
        # A connection that the other side has spoilt takes nothing any more, and a session's sending waits.
        self.context.setsockopt(zmq.SNDTIMEO, _SEND)
        return super()._create_connected_socket(channel, identity)
