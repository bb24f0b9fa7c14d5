"""Ways to hide torch's own function."""

# ruff: noqa: E501 - a program is a text that is best read in one piece

from tests.grading.programs.parts import CHECK, NESTED, READY, RIGHT

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
