# %% text
# # Exercises on functions
# %%
%matplotlib inline
import math
import random

import numpy as np
# %% locked shared
rows = [3, 1, 4, 1, 5, 9, 2, 6]

def check_close(a, b, digits=6):
    """Used by the tests further down."""
    assert round(a - b, digits) == 0, f"{a} is not {b}"
# %% answer average
def average(values):
    """Return the arithmetic mean."""
    ### BEGIN SOLUTION
    return sum(values) / len(values)
    ### END SOLUTION
# %% wrong average
def average(values):
    return sum(values) // len(values)
# %% test average_simple 1
assert average([2, 4]) == 3
check_close(average(rows), 3.875)
# %% test average_hidden 2
assert callable(average)
### BEGIN HIDDEN TESTS
check_close(average([1, 2]), 1.5)
check_close(average(range(1, 1000)), 500)
### END HIDDEN TESTS
# %% answer safe
def safe_root(x):
    ### BEGIN SOLUTION
    if x < 0:
        raise ValueError("negative")
    return math.sqrt(x)
    ### END SOLUTION
# %% wrong safe
def safe_root(x):
    return math.sqrt(abs(x))
# %% test safe_value 1
assert safe_root(9) == 3
# %% test safe_raises 1
try:
    safe_root(-1)
except ValueError:
    pass
else:
    raise AssertionError("safe_root(-1) has to raise ValueError")
# %% test safe_unittest 1
import unittest

case = unittest.TestCase()
with case.assertRaises(ValueError):
    safe_root(-4)
case.assertAlmostEqual(safe_root(2), 2 ** 0.5, 7)
# %% test safe_pytest 1
import pytest

with pytest.raises(ValueError, match="nega"):
    safe_root(-4)
# %% test safe_runner 1
class RootTests(unittest.TestCase):
    def test_four(self):
        self.assertEqual(safe_root(4), 2)

    def test_negative(self):
        self.assertRaises(ValueError, safe_root, -1)

outcome = unittest.TextTestRunner(stream=__import__("io").StringIO()).run(
    unittest.defaultTestLoader.loadTestsFromTestCase(RootTests)
)
assert outcome.wasSuccessful(), outcome.failures
# %% test safe_noisy_runner 1
unittest.main(argv=["x", "RootTests"], exit=False)
# %% answer greet
def greet(name):
    ### BEGIN SOLUTION
    print(f"Hello, {name}!")
    ### END SOLUTION
# %% wrong greet
def greet(name):
    return f"Hello, {name}!"
# %% test greet_redirect 1
import io
from contextlib import redirect_stdout

said = io.StringIO()
with redirect_stdout(said):
    greet("Ada")
assert said.getvalue().strip() == "Hello, Ada!"
# %% test greet_swapped 1
import sys

before, sys.stdout = sys.stdout, io.StringIO()
try:
    greet("Bob")
    words = sys.stdout.getvalue()
finally:
    sys.stdout = before
assert "Bob" in words
# %% test greet_ipython 1
from IPython.utils.capture import capture_output

with capture_output() as caught:
    greet("Cleo")
assert caught.stdout == "Hello, Cleo!\n"
# %%
%%capture quietly
greet("Dora")
# %% test greet_capture 1
assert "Dora" in quietly.stdout
# %% test greet_mock 1
from unittest.mock import patch

with patch("builtins.print") as printed:
    greet("Eve")
printed.assert_called_once_with("Hello, Eve!")
# %% answer ask
def ask():
    ### BEGIN SOLUTION
    return int(input("A number, please: ")) + 1
    ### END SOLUTION
# %% wrong ask
number = input("A number, please: ")

def ask():
    return int(number) + 1
# %% test ask_mock 1
with patch("builtins.input", return_value="41"):
    assert ask() == 42
# %% test ask_own_input 1
answers = iter(["6", "7"])
input = lambda prompt="": next(answers)
assert ask() * ask() == 56
del input
# %% answer draws
random.seed(7)
np.random.seed(7)
rng = np.random.default_rng(7)
### BEGIN SOLUTION
drawn = [random.random() for _ in range(3)]
array = np.random.rand(3)
generated = rng.normal(size=3)
### END SOLUTION
# %% wrong draws
drawn = [random.random() for _ in range(3)]
array = np.random.rand(3)
generated = np.random.default_rng(8).normal(size=3)
# %% test draws_python 1
random.seed(7)
assert drawn == [random.random() for _ in range(3)]
# %% test draws_numpy 1
np.testing.assert_allclose(array, [0.07630829, 0.77991879, 0.43840923], atol=1e-7)
# %% test draws_generator 1
np.testing.assert_allclose(generated, np.random.default_rng(7).normal(size=3))
# %% answer partial
def sort_pairs(pairs):
    ### BEGIN SOLUTION
    return sorted(pairs, key=lambda p: (p[1], p[0]))
    ### END SOLUTION
# %% wrong partial
def sort_pairs(pairs):
    return sorted(pairs, key=lambda p: p[1])
# %% test partial_credit 4
earned = 0
try:
    earned += sort_pairs([(1, 2), (3, 1)]) == [(3, 1), (1, 2)]
    earned += sort_pairs([]) == []
    earned += 2 * (sort_pairs([(2, 1), (1, 1)]) == [(1, 1), (2, 1)])
except Exception:
    pass
earned
# %% test partial_half 1
0.5 if sort_pairs([(2, 1), (1, 1)]) != [(1, 1), (2, 1)] else 1
# %% test partial_numpy 2
np.float64(1.5)
# %% test partial_text 2
"1.25"
# %% test partial_true 1
average([1, 2]) == 1.5
# %% test partial_list 1
[0.25]
# %% test partial_printed 1
print(0.25)
# %% test partial_displayed 1
from IPython.display import display

display(0.25)
# %% test warns 1
import warnings

warnings.warn("a word on standard error costs the points in nbgrader")
average([1, 2])
# %% test writes_errors 1
print("oh", file=sys.stderr)
# %% test logs 1
import logging

logging.basicConfig(level=logging.INFO)
logging.info("hm")
# %% manual essay_code 3
### BEGIN SOLUTION
best = max(rows)
best
### END SOLUTION
# %% text essay 5
# Because it is.
# %% task plan 2
# Draw a plan and hand it in.
# %% answer source
def without_loops(n):
    ### BEGIN SOLUTION
    return n * (n + 1) // 2
    ### END SOLUTION
# %% wrong source
def without_loops(n):
    total = 0
    for i in range(n + 1):
        total += i
    return total
# %% test source_inspected 1
import ast
import inspect

tree = ast.parse(inspect.getsource(without_loops))
assert not any(isinstance(node, (ast.For, ast.While)) for node in ast.walk(tree))
# %% test source_of_cell 1
assert any("without_loops" in text for text in In)
assert "without_loops" in _ih[-2] or "without_loops" in "".join(_ih)
# %% test names_defined 1
assert "without_loops" in globals()
assert "without_loops" in dir()
assert get_ipython().user_ns["without_loops"] is without_loops
# %% test doctests 1
import doctest

def _twice(x):
    """
    >>> _twice(2)
    4
    """
    return 2 * x

failed, _ = doctest.testmod()
assert failed == 0
# %% answer documented
def documented(x):
    """Add one.

    >>> documented(1)
    2
    """
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION
# %% wrong documented
def documented(x):
    """Add one.

    >>> documented(1)
    3
    """
    return x + 1
# %% test documented_doctest 1
doctest.run_docstring_examples(documented, globals())
# %% test documented_signature 1
assert list(inspect.signature(documented).parameters) == ["x"]
assert documented.__doc__
# %% answer shadow
### BEGIN SOLUTION
total = sum(rows)
### END SOLUTION
# %% wrong shadow
sum = 0
for row in rows:
    sum += row
total = sum
# %% test shadow_total 1
assert total == 31
# %% test shadow_builtin 1
assert sum([1, 2]) == 3
# %% answer last_value
### BEGIN SOLUTION
sorted(rows)[:3]
### END SOLUTION
# %% wrong last_value
rows[:3]
# %% test last_value_out 1
assert _ == [1, 1, 2]
# %% answer awaited
async def later(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
# %% wrong awaited
async def later(x):
    return x
# %% test awaited_top 1
assert await later(2) == 4
# %% tags=raises-exception
1 / 0
# %% tags=skip-execution
rows = None
# %% test after_tags 1
assert rows[0] == 3
# %% test tagged_raises 1 tags=raises-exception
assert average([1, 2]) == 2
# %% test timed 1
import time

start = time.perf_counter()
average(range(1000))
assert time.perf_counter() - start < 5
# %% test environment 1
import os

assert os.environ["NBGRADER_EXECUTION"] == "autograde"
# %% test only_when_graded 1
if os.environ.get("NBGRADER_EXECUTION") == "autograde":
    assert average([1, 2]) == 1.5
# %% test not_loaded 1
import sys

assert "torch" not in sys.modules
# %% test plain_main 1
assert __name__ == "__main__"
assert not hasattr(sys.modules["__main__"], "__file__")
# %% test empty 1

# %% test comment 1
# The test is hidden.
### BEGIN HIDDEN TESTS
assert average((1,)) == 1
### END HIDDEN TESTS
# %% test bad_syntax 1
assert average([1, 2] == 1.5
# %% test uses_deleted 1
del average
assert average([1]) == 1
