"""Cells that turn the kernel itself against whoever waits for it. Each is one cell; others follow it."""

_SOCKETS = """
kernel = get_ipython().kernel
shell = kernel.shell_stream.socket if hasattr(kernel, 'shell_stream') else kernel.shell_socket
who = kernel._parent_ident['shell'] if isinstance(kernel._parent_ident, dict) else kernel._parent_ident
who = list(who or [])
"""

_ON = """
def on(step):
    while True:
        try:
            step()
        except BaseException:
            pass
"""

# Every descriptor that is one end of a connection, to write to without the library.
_RAW = """
import os, socket, stat
ends = []
for number in range(3, 500):
    try:
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            end = socket.socket(fileno=os.dup(number))
            end.getpeername()
            end.setblocking(False)
            ends.append(end)
    except OSError:
        pass
def pour(data):
    for end in ends:
        try:
            end.send(data)
        except OSError:
            pass
"""

# Hold the worker: no reply that counts ever comes.
HOLDING = {
    "junk to whoever waits": _SOCKETS + _ON + "on(lambda: shell.send_multipart([*who, b'junk']))",
    "replies to nobody": _SOCKETS
    + _ON
    + """
on(lambda: kernel.session.send(shell, 'execute_reply', {'status': 'ok'}, ident=who))""",
    "outputs without end": _SOCKETS
    + _ON
    + """
on(lambda: kernel.send_response(kernel.iopub_socket, 'stream', {'name': 'stdout', 'text': 'x'}))""",
    "outputs of other cells without end": _SOCKETS
    + _ON
    + """
on(lambda: kernel.session.send(kernel.iopub_socket, 'stream', {'name': 'stdout', 'text': 'x'}, parent={}))""",
    "a stopped kernel": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "another key": "get_ipython().kernel.session.key = b'another'",
    "no sockets": "import os\nos.closerange(3, 4000)",
    "one byte after the other": _RAW
    + _ON
    + "import time\non(lambda: (pour(b'\\x02'), time.sleep(0.01)))",
    "garbage on every connection": _RAW + _ON + "on(lambda: pour(os.urandom(4096)))",
    "a reply that is none": _SOCKETS
    + """
async def lie(*arguments, **more):
    return []
kernel.do_execute = lie""",
}

# Fill the memory of whoever reads.
FLOODS = {
    "messages of 40 MB": """
from IPython.display import HTML, display
for _ in range(60):
    display(HTML('x' * 40_000_000))""",
    "messages of 30 MB": """
from IPython.display import HTML, display
for _ in range(60):
    display(HTML('x' * 30_000_000))""",
    "messages of many lists": """
from IPython.display import display
for _ in range(20):
    display({'text/plain': [[]] * 6_000_000}, raw=True)""",
    "one output shown a thousand times": """
from IPython.display import display
handles = [display('x', display_id='all') for _ in range(900)]
handles[0].update({'text/plain': 'y' * 2_900_000}, raw=True)""",
    "wide characters": """
for _ in range(60):
    print('\\N{SNOWMAN}' * 9_000_000)""",
    "a message without end": _RAW
    + _ON
    + """
part = b'\\x03' + (1 << 20).to_bytes(8, 'big') + bytes(1 << 20)
for end in ends:
    end.setblocking(True)
    end.settimeout(1)
import threading
for end in ends:
    threading.Thread(target=on, args=(lambda: end.sendall(part),), daemon=True).start()
import time
time.sleep(60)""",
    "long signatures": _SOCKETS
    + """
import os
for _ in range(20_000):
    shell.send_multipart([*who, b'<IDS|MSG>', os.urandom(60_000).hex().encode(), b'{}', b'{}', b'{}', b'{}'])""",
}
