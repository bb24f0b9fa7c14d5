"""Honest ways to write the answer."""

# ruff: noqa: E501 - a program is a text that is best read in one piece

from tests.grading.programs.parts import (
    BODY,
    CHECK,
    HELPER,
    NESTED,
    READY,
    RIGHT,
    long_chain,
    long_sum,
)

HONEST: dict[str, list[str]] = {
    "a function": [RIGHT],
    "a lambda": ["softmax = lambda x, dim: torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)"],
    "partial": [HELPER, "softmax = functools.partial(helper)"],
    "partial with an argument": [
        "def helper(base, x, dim):\n    e = base ** x\n    return e / e.sum(dim, keepdim=True)",
        "softmax = functools.partial(helper, torch.e)",
    ],
    "a class with __call__": [
        f"class Softmax:\n    def __call__(self, x, dim):\n    {BODY.replace(chr(10), chr(10) + '    ')}",
        "softmax = Softmax()",
    ],
    "a method of an object": [
        f"class Tools:\n    def run(self, x, dim):\n    {BODY.replace(chr(10), chr(10) + '    ')}",
        "softmax = Tools().run",
    ],
    "a static method": [
        f"class Tools:\n    @staticmethod\n    def softmax(x, dim):\n    {BODY.replace(chr(10), chr(10) + '    ')}",
        "softmax = Tools.softmax",
    ],
    "lru_cache": [f"@functools.lru_cache(maxsize=None)\n{RIGHT}"],
    "a decorator of one's own": [
        "def traced(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n        return f(*a, **k)\n    return inner",
        f"@traced\n{RIGHT}",
    ],
    "a decorator without wraps": [
        "def traced(f):\n    def inner(*a, **k):\n        return f(*a, **k)\n    return inner",
        f"@traced\n{RIGHT}",
    ],
    "torch's decorator": [f"@torch.enable_grad()\n{RIGHT}"],
    "a factory": [f"def make():\n    {NESTED}\n    return softmax\nsoftmax = make()"],
    "a factory of a lambda": [
        "make = lambda f: lambda x, dim: f(x) / f(x).sum(dim, keepdim=True)\nsoftmax = make(torch.exp)"
    ],
    "a conditional expression": [HELPER, "softmax = helper if torch is not None else None"],
    "the walrus": [HELPER, "(softmax := helper)"],
    "unpacking": [HELPER, "softmax, other = helper, 3"],
    "a loop": [HELPER, "for softmax in (helper,):\n    pass"],
    "with": [f"import contextlib\nwith contextlib.suppress(OSError):\n    {NESTED}"],
    "match": [HELPER, "match helper:\n    case softmax:\n        pass"],
    "if": [f"if True:\n    {NESTED}"],
    "try": [f"try:\n    {NESTED}\nexcept OSError:\n    pass"],
    "global": [f"def define():\n    global softmax\n    {NESTED}\ndefine()"],
    "a dict": [HELPER, "ways = {'softmax': helper}", "softmax = ways['softmax']"],
    "a list": [
        HELPER,
        "ways = []\nways.append(helper)",
        "def softmax(x, dim):\n    return ways[0](x, dim)",
    ],
    "exec": [f"exec({RIGHT!r})"],
    "exec of a variable": [f"code = '''\n{RIGHT}\n'''\nexec(code)"],
    "exec in a dict": [
        f"space = {{'torch': torch}}\nexec({RIGHT!r}, space)\nsoftmax = space['softmax']"
    ],
    "exec of a text put together": [f"parts = {RIGHT.split(' ')!r}\nexec(' '.join(parts))"],
    "eval": ["softmax = eval('lambda x, dim: torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)')"],
    "globals": [HELPER, "globals()['softmax'] = helper"],
    "%%time": [f"%%time\n{RIGHT}"],
    "%%capture": [f"%%capture out\n{RIGHT}"],
    "%%time in %%capture": [f"%%capture\n%%time\n{RIGHT}"],
    "%time": [HELPER, "%time softmax = helper"],
    "%%timeit of it elsewhere": [RIGHT, "%%timeit -n1 -r1\nsoftmax(torch.ones(2), 0)"],
    "%run": ["%run -i mylib.py"],
    "import * of a module beside": ["from mylib import *"],
    "import of a module beside": ["from mylib import softmax"],
    "a module beside, called": [
        "import mylib",
        "def softmax(x, dim):\n    return mylib.softmax(x, dim)",
    ],
    "%%writefile and import": [
        f"%%writefile written.py\nimport torch\n{RIGHT}",
        "from written import softmax",
    ],
    "a helper in another cell": [HELPER, "def softmax(x, dim):\n    return helper(x, dim)"],
    "a helper redefined": [
        "def helper(x, dim):\n    return F.softmax(x, dim)",
        "def softmax(x, dim):\n    return helper(x, dim)",
        HELPER,
    ],
    "a first try with torch's own": [READY, RIGHT],
    "a first try, the second in the same cell": [f"{READY}\n\n{RIGHT}"],
    "the name used again later": [RIGHT, CHECK, "softmax = torch.softmax"],
    "merged cells": [
        f"{HELPER}\nx = torch.ones(3)\ndef softmax(x, dim):\n    return helper(x, dim)\nprint(x)"
    ],
    "a recursive function": [
        "def softmax(x, dim, e=None):\n    if e is None:\n        return softmax(x, dim, x.exp())\n"
        "    return e / e.sum(dim, keepdim=True)"
    ],
    "compared with torch's": [
        RIGHT,
        "x = torch.randn(3)\nprint(torch.allclose(softmax(x, 0), torch.softmax(x, 0)))",
    ],
    "compared by a function": [
        "def same(f, g):\n    x = torch.randn(3)\n    return torch.allclose(f(x, 0), g(x, 0))",
        RIGHT,
        "same(softmax, torch.softmax)",
    ],
    "compared by a class": [
        "class Test:\n    def __init__(self, f):\n        self.f = f\n"
        "    def run(self, g):\n        x = torch.randn(3)\n        return torch.equal(self.f(x, 0), g(x, 0))",
        RIGHT,
        "Test(softmax).run(F.softmax)",
    ],
    "an error after it": [RIGHT, "1 / 0", "raise SystemExit"],
    "local names": [
        "def softmax(x, dim):\n    log_softmax = x.exp()\n    logsumexp = log_softmax.sum(dim, keepdim=True)\n"
        "    return log_softmax / logsumexp"
    ],
    "a parameter's name": [
        "def inner(softmax, dim):\n    e = softmax.exp()\n    return e / e.sum(dim, keepdim=True)",
        "def softmax(x, dim):\n    return inner(softmax=x, dim=dim)",
    ],
    "an attribute of one's own": [
        "class Keep:\n    pass",
        "def softmax(x, dim):\n    k = Keep()\n    k.softmax = x.exp()\n"
        "    return k.softmax / k.softmax.sum(dim, keepdim=True)",
    ],
    "a key": [
        "def softmax(x, dim):\n    d = dict(softmax=x.exp())\n    return d['softmax'] / d['softmax'].sum(dim, keepdim=True)"
    ],
    "a model in eval mode": [
        "def softmax(x, dim):\n    m = nn.Identity().eval()\n    e = m(x).exp()\n    return e / e.sum(dim, keepdim=True)"
    ],
    "getattr on one's own": [
        "class Keep:\n    base = torch.e\n    def get(self, name):\n        return getattr(self, name)",
        "def softmax(x, dim):\n    e = Keep().get('base') ** x\n    return e / e.sum(dim, keepdim=True)",
    ],
    "a name given anew many times": [
        "n = ''\n" + "n = n + 'a'\n" * 500,
        f"{RIGHT}\ndef wrap(f):\n    return f\n" + "softmax = wrap(softmax)\n" * 30,
    ],
    "names that refer to each other": [RIGHT, "a = lambda: b\nb = lambda: a\na = a\nb = b"],
    "300 terms": [long_sum(330)],
    "many terms": [long_sum(700)],
    "a chain of elif": [long_chain(400)],
    "an odd f-string": [
        f"{RIGHT}\nname = 'a'\nprint(f'{{name!r:>{{10}}}} \\u2028 {{{{}}}} \\x41 {{\"é\"}}')"
    ],
    "nonlocal": [
        "def outer():\n    n = 0\n    def inner(x, dim):\n        nonlocal n\n        n += 1\n"
        f"    {BODY.replace(chr(10), chr(10) + '    ')}\n    return inner\nsoftmax = outer()"
    ],
    "a late global": [f"{RIGHT}\ndef other():\n    print(1)\n    global zzz\n    zzz = 2\nother()"],
    "a cell that is no Python": ["def softmax(x:", RIGHT, "x = = 2"],
    "a long cell": [f"{RIGHT}\ntable = '''{'0123456789 ' * 100_000}'''"],
    "umlauts and tabs": [
        "def softmax(größe, dim):\n\te = größe.exp()  # „e“\n\treturn e / e.sum(dim, keepdim=True)"
    ],
    "two on one line": [
        f"x = 1; {'softmax = lambda x, dim: x.exp() / x.exp().sum(dim, keepdim=True)'}; y = 2"
    ],
}
