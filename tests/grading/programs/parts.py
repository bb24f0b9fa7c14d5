"""What the programs share: set-up, a right answer, a ready-made one."""

SETUP = "import functools\nimport torch\nfrom torch import nn\nfrom torch.nn import functional as F"
BODY = "    e = torch.exp(x)\n    return e / e.sum(dim=dim, keepdim=True)"
RIGHT = f"def softmax(x, dim):\n{BODY}"
HELPER = f"def helper(x, dim):\n{BODY}"
READY = "def softmax(x, dim):\n    return torch.softmax(x, dim)"
CHECK = "CHECK"
NESTED = RIGHT.replace("\n", "\n    ")


def long_sum(terms: int) -> str:
    """Return an answer that adds 0 many times over."""
    zeros = " + 0.0" * terms
    return f"def softmax(x, dim):\n    e = torch.exp(x{zeros})\n    return e / e.sum(dim=dim, keepdim=True)"


def long_chain(steps: int) -> str:
    """Return an answer with a chain of `elif`."""
    chain = "".join(f"    elif dim == {n}:\n        pass\n" for n in range(10, steps))
    return f"def softmax(x, dim):\n    if dim == 9:\n        pass\n{chain}{BODY}"


FILES = {"mylib.py": f"import torch\n\n\n{RIGHT}\n".encode()}
