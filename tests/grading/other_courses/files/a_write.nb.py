# %%
import csv
import json
import pickle
from pathlib import Path
# %% test listed 1
names = sorted(p.name for p in Path(".").glob("*.ipynb"))
assert "a_write.ipynb" in names
# %% test own_text 1
own = json.loads(Path("a_write.ipynb").read_text())
assert any("def total" in "".join(c["source"]) for c in own["cells"])
# %% test data_beside 1
assert Path("data/marks.csv").read_text().startswith("name,mark")
# %% answer total
def total(path):
    ### BEGIN SOLUTION
    with open(path) as file:
        return sum(float(row["mark"]) for row in csv.DictReader(file))
    ### END SOLUTION
# %% wrong total
def total(path):
    return len(open(path).readlines()) - 1
# %% test total_value 2
assert total("data/marks.csv") == 6.5
# %% answer keep
### BEGIN SOLUTION
result = {"total": total("data/marks.csv")}
Path("result.json").write_text(json.dumps(result))
with open("result.pkl", "wb") as file:
    pickle.dump(result, file)
Path("out").mkdir(exist_ok=True)
Path("out/lines.txt").write_text("a\nb\n")
### END SOLUTION
# %% wrong keep
Path("result.json").write_text("{}")
# %% test keep_files 1
assert Path("result.json").exists()
assert pickle.loads(Path("result.pkl").read_bytes())["total"] == 6.5
# %% test given_module 1
import course_tools

assert course_tools.NAME == "given"
# %% test of_students_own 1
import helpers

assert helpers.MINE == "student"
assert helpers.twice(2) == 4
# %% test of_students_own_from 1
from helpers import twice

assert twice(3) == 6
# %% test changes_data 1
Path("data/marks.csv").write_text("name,mark\nx,1\n")
assert total("data/marks.csv") == 1
# %% test sqlite 1
import sqlite3

with sqlite3.connect("shop.db") as shop:
    shop.execute("create table if not exists goods (name text, price real)")
    shop.execute("insert into goods values ('bread', 2.5)")
assert sqlite3.connect("shop.db").execute("select count(*) from goods").fetchone() == (1,)
# %% test folder_name 1
assert Path(".").resolve().is_dir()
assert Path.cwd().samefile(".")
# %%
%%writefile made.py
VALUE = 12
# %% test made_module 1
import made

assert made.VALUE == 12
# %% test relative_up 1
assert not Path("../secrets.txt").exists()
