"""Code of a first cell that ends the kernel before anything was marked."""

# These end the kernel before anything was marked: nothing is earned, and the next student is not touched.
DEADLY = {
    "signals": """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.kill(0, signal.SIGTERM)
for pid in range(2, 300):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass""",
    "suicide": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "exit": "import os\nos._exit(0)",
    "crash": "import ctypes\nctypes.string_at(0)",
    "a loop that does not let go": """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass""",
    "processes without end": """
import os, time
for _ in range(3000):
    if not os.fork():
        time.sleep(98765)
time.sleep(60)""",
    "memory of many": """
import os, time
for _ in range(100):
    if not os.fork():
        hoard = bytearray(os.urandom(1 << 20) * 200)
        time.sleep(60)
        os._exit(0)
time.sleep(60)""",
}
