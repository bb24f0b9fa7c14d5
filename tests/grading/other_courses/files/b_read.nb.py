# %%
import json
from pathlib import Path
# %% test first_wrote 1
assert json.loads(Path("result.json").read_text()) == {"total": 6.5}
# %% test first_made_folder 1
assert Path("out/lines.txt").read_text() == "a\nb\n"
# %% test first_made_module 1
import made

assert made.VALUE == 12
# %% test first_changed_data 1
assert Path("data/marks.csv").read_text() == "name,mark\nx,1\n"
# %% test first_database 1
import sqlite3

assert sqlite3.connect("shop.db").execute("select price from goods").fetchall() == [(2.5,)]
# %% test nothing_shared 1
assert "total" not in globals()
# %% answer average
def average(path):
    ### BEGIN SOLUTION
    rows = Path(path).read_text().splitlines()[1:]
    return sum(float(r.split(",")[1]) for r in rows) / len(rows)
    ### END SOLUTION
# %% wrong average
def average(path):
    return 0
# %% test average_value 1
assert average("data/marks.csv") == 1
# %% test first_as_module 1
notebook = json.loads(Path("a_write.ipynb").read_text())
code = "\n".join("".join(c["source"]) for c in notebook["cells"] if "def total" in "".join(c["source"]))
space = {"csv": __import__("csv")}
exec(code, space)
assert space["total"]("data/marks.csv") == 1
# %% test run_other 1
%run -n course_tools.py
assert NAME == "given"
