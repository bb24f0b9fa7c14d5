"""Ways to write one answer: honest ones, and ones that hide torch's own function.

Each is a list of cells; "CHECK" stands where the check is. The exercise is the softmax of lesson 03.
"""

# ruff: noqa: E501 - a program is a text that is best read in one piece

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

FILES = {"mylib.py": f"import torch\n\n\n{RIGHT}\n".encode()}

BYPASSES: dict[str, list[str]] = {
    "as it is": [READY],
    "F": ["def softmax(x, dim):\n    return F.softmax(x, dim)"],
    "a method": ["def softmax(x, dim):\n    return x.softmax(dim)"],
    "torch's own": ["softmax = torch.softmax"],
    "a layer": ["def softmax(x, dim):\n    return nn.Softmax(dim=dim)(x)"],
    "an import inside": [
        "def softmax(x, dim):\n    from torch import softmax as s\n    return s(x, dim)"
    ],
    "a module imported inside": [
        "def softmax(x, dim):\n    import torch.nn.functional as G\n    return G.softmax(x, dim)"
    ],
    "redefined below the check": [READY, CHECK, RIGHT],
    "redefined in a cell that fails": [READY, f"1 / 0\n{RIGHT}"],
    "redefined under if False": [READY, f"if False:\n    {NESTED}"],
    "redefined under if, the other way": [
        RIGHT,
        f"if True:\n    {READY.replace(chr(10), chr(10) + '    ')}",
    ],
    "redefined in timeit": [READY, f"%%timeit -n1 -r1\n{RIGHT}"],
    "a redefinition that is deleted": [READY, f"if 0:\n    {NESTED}"],
    "in a list": ["fs = [torch.softmax]", "def softmax(x, dim):\n    return fs[0](x, dim)"],
    "in a dict": [
        "fs = {}",
        "fs['s'] = F.softmax",
        "def softmax(x, dim):\n    return fs['s'](x, dim)",
    ],
    "appended": ["fs = []\nfs.append(F.softmax)", "def softmax(x, dim):\n    return fs[0](x, dim)"],
    "appended by another name": [
        "fs = []\ngs = fs\ngs.append(F.softmax)",
        "def softmax(x, dim):\n    return fs[0](x, dim)",
    ],
    "appended by a function": [
        "fs = []\ndef fill(l, f):\n    l.append(f)\nfill(fs, torch.softmax)",
        "def softmax(x, dim):\n    return fs[0](x, dim)",
    ],
    "a default argument": ["def softmax(x, dim, s=torch.softmax):\n    return s(x, dim)"],
    "a decorator": [
        "def instead(f):\n    return torch.softmax",
        "@instead\ndef softmax(x, dim):\n    return None",
    ],
    "set on a class": [
        "class A:\n    pass\nA.go = staticmethod(torch.softmax)",
        "def softmax(x, dim):\n    return A.go(x, dim)",
    ],
    "a class attribute": [
        "class A:\n    go = torch.softmax",
        "def softmax(x, dim):\n    return A.go(x, dim)",
    ],
    "set on Tensor": [
        "torch.Tensor.go = torch.softmax",
        "def softmax(x, dim):\n    return x.go(dim)",
    ],
    "setattr on Tensor": [
        "setattr(torch.Tensor, 'go', torch.softmax)",
        "def softmax(x, dim):\n    return x.go(dim)",
    ],
    "a sign of Tensor": [
        "torch.Tensor.__lshift__ = lambda x, dim: torch.softmax(x, dim)",
        "def softmax(x, dim):\n    return x << dim",
    ],
    "vars": ["def softmax(x, dim):\n    return vars(torch)['soft' + 'max'](x, dim)"],
    "__dict__": ["def softmax(x, dim):\n    return torch.__dict__['soft' + 'max'](x, dim)"],
    "attrgetter": [
        "import operator",
        "def softmax(x, dim):\n    return operator.attrgetter('soft' + 'max')(torch)(x, dim)",
    ],
    "methodcaller": [
        "from operator import methodcaller as m",
        "def softmax(x, dim):\n    return m('softmax', dim)(x)",
    ],
    "getitem": [
        "import operator",
        "def softmax(x, dim):\n    return operator.getitem(vars(torch), 'softmax')(x, dim)",
    ],
    "swapped code": [
        "def other(x, dim):\n    return torch.softmax(x, dim)",
        RIGHT,
        "softmax.__code__ = other.__code__",
    ],
    "user_ns": [
        RIGHT,
        "get_ipython().user_ns['soft' 'max'] = lambda x, dim: torch.softmax(x, dim)",
    ],
    "push": [RIGHT, "get_ipython().push({'softmax': lambda x, dim: torch.softmax(x, dim)})"],
    "a hook": [
        RIGHT,
        "def hook(*a):\n    globals()['soft' 'max'] = torch.softmax\nget_ipython().events.register('post_run_cell', hook)",
    ],
    "a module beside": ["from ready import go", "def softmax(x, dim):\n    return go(x, dim)"],
    "a module written": [
        "%%writefile late.py\nfrom torch import softmax as go",
        "import late\ndef softmax(x, dim):\n    return late.go(x, dim)",
    ],
    "_softmax": ["def softmax(x, dim):\n    return torch._softmax(x, dim, False)"],
    "aten": ["def softmax(x, dim):\n    return torch.ops.aten.softmax(x, dim)"],
    "aten, another": [
        "def softmax(x, dim):\n    return torch.ops.aten._softmax.default(x, dim, False)"
    ],
    "log_softmax": ["def softmax(x, dim):\n    return x.log_softmax(dim).exp()"],
    "softmin": ["def softmax(x, dim):\n    return F.softmin(-x, dim)"],
    "attention": [
        "def softmax(x, dim):\n    y = x.movedim(dim, -1)\n    z = torch.eye(y.shape[-1])\n"
        "    w = F.scaled_dot_product_attention(y[..., None, :], z.expand(*y.shape[:-1], *z.shape),"
        " z.expand(*y.shape[:-1], *z.shape), scale=1.0)\n    return w.squeeze(-2).movedim(-1, dim)"
    ],
    "getattr": ["def softmax(x, dim):\n    return getattr(torch, 'xamtfos'[::-1])(x, dim)"],
    "eval": ["def softmax(x, dim):\n    return eval('torch.soft' + 'max')(x, dim)"],
    "eval of a reversed text": [
        "def softmax(x, dim):\n    return eval(')mid ,x(xamtfos.hcrot'[::-1])"
    ],
    "exec": [f"exec({READY!r})"],
    "__import__": ["def softmax(x, dim):\n    return __import__('torch').softmax(x, dim)"],
    "importlib": [
        "import importlib",
        "def softmax(x, dim):\n    return importlib.import_module('torch').softmax(x, dim)",
    ],
    "a module in a list": ["def softmax(x, dim):\n    return [F][0].softmax(x, dim)"],
    "a factory": [
        "def make(f):\n    return lambda x, dim: f(x, dim)\nsoftmax = make(torch.softmax)"
    ],
    "partial": ["softmax = functools.partial(torch.softmax)"],
    "lru_cache": ["softmax = functools.lru_cache(torch.softmax)"],
    "jit": [
        "@torch.jit.script\ndef go(x, dim: int):\n    return torch.softmax(x, dim)",
        "def softmax(x, dim):\n    return go(x, dim)",
    ],
    "a text in torch.jit": [
        "unit = torch.jit.CompilationUnit('def go(x, dim: int):\\n  return torch.soft' 'max(x, dim)')",
        "def softmax(x, dim):\n    return unit.go(x, dim)",
    ],
    "numpy's neighbour": [
        "import scipy.special",
        "def softmax(x, dim):\n    return torch.from_numpy(scipy.special.softmax(x.numpy(), axis=dim))",
    ],
    "a comment longer than what is kept": [
        f"def softmax(x, dim):\n    # {'x' * 30_000}\n    return torch.softmax(x, dim)"
    ],
    "a class's own method as a decoy": [
        "class A:\n    def softmax(self):\n        return self",
        "def softmax(x, dim):\n    A().softmax()\n    y = [x][0]\n    return y.softmax(dim)",
    ],
    "a base class": [
        "class S(nn.Softmax):\n    pass",
        "def softmax(x, dim):\n    return S(dim=dim)(x)",
    ],
    "a function's attribute": [
        RIGHT,
        "def softmax(x, dim):\n    return softmax.go(x, dim)\nsoftmax.go = torch.softmax",
    ],
    "global in a function": [
        RIGHT,
        "def swap():\n    global softmax\n    softmax = torch.softmax",
        RIGHT,
        "swap()",
    ],
    "a function that was there before": [
        "def go(x, dim):\n    return torch.softmax(x, dim)",
        "softmax = functools.partial(go)",
        "def go(x, dim):\n    return x",
    ],
    "a factory's helper, redefined": [
        "def inner():\n    return torch.softmax\ndef make():\n    return inner()\nsoftmax = make()",
        "def inner():\n    return None",
    ],
    "behind many names": ["a = torch.softmax\n" + "a = a\n" * 50, "softmax = a"],
    "a property": [
        "class A:\n    @property\n    def go(self):\n        return torch.softmax",
        "def softmax(x, dim):\n    return A().go(x, dim)",
    ],
    "a metaclass": [
        "class M(type):\n    def __call__(cls, x, dim):\n        return torch.softmax(x, dim)",
        "class go(metaclass=M):\n    pass",
        "def softmax(x, dim):\n    return go(x, dim)",
    ],
    "with as": [
        "import contextlib",
        "def softmax(x, dim):\n    with contextlib.nullcontext(torch.softmax) as f:\n        return f(x, dim)",
    ],
    "an f-string run": [
        "def softmax(x, dim):\n    s = 'soft'\n    return eval(f'torch.{s}max')(x, dim)"
    ],
    "sys.modules": [
        "import sys",
        "def softmax(x, dim):\n    return sys.modules['torch'].softmax(x, dim)",
    ],
    "a subclass's super": [
        "class A(nn.Softmax):\n    def forward(self, x):\n        return super().forward(x)",
        "def softmax(x, dim):\n    return A(dim)(x)",
    ],
    "a comprehension": [
        "def softmax(x, dim):\n    return [f(x, dim) for f in (torch.softmax,)][0]"
    ],
    "reduce": [
        "def softmax(x, dim):\n    return functools.reduce(lambda a, f: f(a, dim), [F.softmax], x)"
    ],
    "star arguments": [
        "ways = {'f': torch.softmax}",
        "def softmax(x, dim):\n    return (lambda f: f(x, dim))(**ways)",
    ],
    "defaults swapped": [
        "def softmax(x, dim, f=torch.exp):\n    return f(x, dim)",
        "softmax.__defaults__ = (torch.softmax,)",
    ],
    "a subprocess": [
        "import subprocess",
        "def softmax(x, dim):\n    subprocess.run(['true'])\n    return x.exp() / x.exp().sum(dim, keepdim=True)",
    ],
    "a walrus in an annotation": [RIGHT, "def other(x: (softmax := torch.softmax)):\n    pass"],
}

# The value is right in these as well, but the record says nothing of it.
FORGED = {
    "a decoy and a record made up": [
        "import helpers.checks.probe as p\np.Watch = None",
        "class A:\n    def softmax(self):\n        return self",
        "def softmax(x, dim):\n    y = [x][0]\n    return y.softmax(dim)",
    ],
    "a hook and a record made up": [
        RIGHT,
        "import sys\nsys.modules['helpers.checks.probe'].read_answer = None",
        "def hook(*a):\n    globals()['soft' 'max'] = torch.softmax\nget_ipython().events.register('post_run_cell', hook)",
    ],
}
