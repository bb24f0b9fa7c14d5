# %% answer magics
%%time
### BEGIN SOLUTION
squares = [n * n for n in range(5)]
### END SOLUTION
# %% wrong magics
%%time
squares = [n * n for n in range(4)]
# %% test magics_value 1
assert squares == [0, 1, 4, 9, 16]
# %% test shell_command 1
said = !echo hello
assert said == ["hello"]
# %% test shell_status 1
!true
assert _exit_code == 0
# %% test bash 1
%%bash
echo done > done.txt
# %% test bash_wrote 1
assert open("done.txt").read() == "done\n"
# %% test bash_fails 1
%%bash
exit 3
# %% test subprocess 1
import subprocess, sys

done = subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True)
assert done.stdout == "42\n", done
# %% test line_magic 1
%timeit -n 1 -r 1 sum(range(10))
# %% test env_magic 1
%env COLOUR=blue
import os
assert os.environ["COLOUR"] == "blue"
# %% test cd 1
%cd -q /
%cd -q -
assert os.path.exists("done.txt")
# %% test autoreload 1
%load_ext autoreload
%autoreload 2
# %% test processes 1
from concurrent.futures import ProcessPoolExecutor
import math

with ProcessPoolExecutor(2) as pool:
    assert list(pool.map(math.sqrt, [4, 9])) == [2, 3]
# %% test threads 1
from concurrent.futures import ThreadPoolExecutor

with ThreadPoolExecutor(4) as pool:
    assert sum(pool.map(len, ["a", "bb"])) == 3
# %% test multiprocessing 1
import multiprocessing

def square(x):
    return x * x

with multiprocessing.get_context("fork").Pool(2) as pool:
    assert pool.map(square, [1, 2]) == [1, 4]
# %% test sockets 1
import socket

server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
client.close()
server.close()
# %% test temporary 1
import tempfile

with tempfile.NamedTemporaryFile("w+") as file:
    file.write("x")
    file.seek(0)
    assert file.read() == "x"
# %% test home 1
from pathlib import Path

(Path.home() / ".a_setting_of_a_test").write_text("x")
(Path.home() / ".a_setting_of_a_test").unlink()
# %% test user 1
import getpass

assert getpass.getuser()
# %% test locale 1
import locale

assert "é".upper() == "É"
assert open(__import__("os").devnull).encoding.lower().replace("-", "") == "utf8"
# %% test memory 1
block = bytearray(200_000_000)
assert len(block) == 200_000_000
del block
# %% test sympy 1
import sympy

assert str(sympy.diff(sympy.Symbol("x") ** 2)) == "2*x"
# %% test scipy 1
from scipy import stats

assert abs(stats.norm.cdf(0) - 0.5) < 1e-9
# %% test sklearn 1
from sklearn.linear_model import LinearRegression

assert abs(LinearRegression().fit([[0], [1]], [0, 2]).coef_[0] - 2) < 1e-9
# %% test widgets 1
import ipywidgets

assert ipywidgets.IntSlider(value=3).value == 3
# %% test interact 1
seen = []
ipywidgets.interact(lambda a: seen.append(a), a=(0, 4))
assert seen == [2]
# %% test recursion 1
def down(n):
    return n and down(n - 1)

assert down(900) == 0
# %% test unicode 1
ünï = "é"
assert ünï == "é"
# %% test html 1
from IPython.display import HTML, Image, Markdown

HTML("<b>1</b>")
# %% test table 1
class Table:
    def _repr_html_(self):
        return "<table></table>"
    def __repr__(self):
        return "0.25"

Table()
# %% test clear 1
from IPython.display import clear_output

print("x")
clear_output()
# %% test progress 1
from tqdm import tqdm

for _ in tqdm(range(3)):
    pass
# %% test progress_quiet 1
for _ in tqdm(range(3), file=sys.stdout):
    pass
# %% test history 1
assert get_ipython() is not None
%history -n 1
# %% test who 1
%who int
