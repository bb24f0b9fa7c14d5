"""What runs beside the learner's code in this lesson."""

from collections.abc import Callable
from typing import Any


def twice(function: Callable, x: Any) -> Any:
    """Call the learner's function; whatever it does the first time, the second time counts."""
    function(x.clone())
    return function(x)
