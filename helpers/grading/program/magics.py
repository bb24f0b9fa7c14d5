"""What IPython adds to Python in a cell: which magics run it, which leave the names alone."""

# ruff: noqa: SIM905 - words in a row are easier to read than a column of strings
from helpers.checks.scopes import TooLong
from helpers.grading.effects.cells import plain_python

# Cell magics whose cell runs in the notebook's own namespace, and those whose cell does not.
RUN = frozenset("time capture prun".split())
ASIDE = frozenset(
    "timeit debug script bash sh html javascript js latex markdown svg python python3 pypy perl ruby system sx "
    "! HTML SVG cmd file writefile".split()
)
# Line magics that leave the names alone, and calls of the shell that do.
LINES = frozenset(
    "time timeit prun run matplotlib config load_ext pip conda who whos autoreload reload_ext cd pwd ls env "
    "set_env precision xmode pdb pinfo pinfo2 pdoc pdef psource pfile psearch lsmagic magic history hist "
    "system sx sc mkdir cat head less more cp mv rm memit mprun lprun logstart colors unload_ext doctest_mode "
    "quickref tb uv mamba man pprint automagic alias cls".split()
)
SHELL = frozenset(
    "run_line_magic run_cell_magic system getoutput run_line_magic_string magic".split()
)


def python_of(text: str) -> str:
    """Return a cell as plain Python: magics become calls. What cannot be turned is returned as it is.

    Raises:
        TooLong: it may be Python, but cannot be read here.
    """
    try:
        return plain_python(text)
    except TooLong:
        raise
    except Exception:  # of a cell that is no Python, or too deep for the tokenizer
        return text
