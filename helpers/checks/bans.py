"""Whether a program uses what an exercise has closed."""

import ast
from collections.abc import Iterable

SYNTAX = {
    "for": (ast.For, ast.comprehension, ast.AsyncFor),
    "while": (ast.While,),
    "@": (ast.MatMult,),
    "lambda": (ast.Lambda,),
    "**": (ast.Pow,),
}
_CALLED_BY_SIGN = {
    *("add", "sub", "rsub", "mul", "div", "truedivide", "floordivide", "remainder", "pow", "matmul", "neg"),
    *("abs", "eq", "ne", "lt", "le", "gt", "ge", "bitwiseand", "bitwiseor", "bitwisexor", "bitwisenot"),
    *("and", "or", "xor", "invert", "rpow", "rdiv", "rmatmul", "rmul", "radd", "getitem", "setitem", "pos"),
}  # fmt: skip


def plain_name(name: str) -> str:
    """Return a name as bans compare it: `LeakyReLU`, `leaky_relu_` and `_leaky_relu` are one."""
    return name.strip("_").replace("_", "").lower()


def banned_in(
    words: Iterable[str], syntax: Iterable[str], uses: Iterable[str], calls: Iterable[str] = ()
) -> str | None:
    """Return the first of a ban's words that a program uses, or None.

    A word is a function's last name ("softmax" stands for `torch.softmax`, `F.softmax` and `x.softmax`), or a
    module's ("optim" stands for all that is in `torch.optim`), or one of `SYNTAX`. One with a dot stands for that
    path alone: "functools.reduce" is not `np.add.reduce`.

    Args:
        words: those of the ban.
        syntax: which of `SYNTAX` the program has.
        uses: what a `Reading` found.
        calls: what torch was seen to be called with. `x * y` and `x.mul(y)` look the same there, so what has
            a sign of its own does not count.
    """
    paths = list(uses)
    named = {plain_name(part): path for path in paths for part in path.split(".")}
    called = {plain_name(part): path for path in calls for part in path.split(".")}
    signs = set(syntax)
    for word in words:
        if word in SYNTAX:
            if word in signs:
                return word
            continue
        if "." in word:
            if word in paths:
                return word
            continue
        plain = plain_name(word)
        if plain in named or (plain in called and plain not in _CALLED_BY_SIGN):
            last = (named.get(plain) or called[plain]).rpartition(".")[2]
            return last if plain_name(last) == plain else word
    return None
