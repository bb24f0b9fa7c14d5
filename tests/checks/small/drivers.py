"""What runs beside the learner's code in these exercises."""


def pair(size: int) -> list[int]:
    """Return a list with `size` in it twice."""
    return [size] * 2


def _hidden(size: int) -> int:
    return size
