"""What a notebook's code reads, binds and may change, read off its source without running it.

Everything errs on one side: a change that cannot be ruled out counts as one. Names are those of the notebook's
own namespace; the `Place`s stand for what lies outside of it.
"""

# ruff: noqa: SIM905 - words in a row are easier to read than a column of strings
import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

SETTINGS, FILES, ANYTHING = "<settings>", "<files>", "<anything>"
RANDOM = {"torch": "<random torch>", "numpy": "<random numpy>", "random": "<random python>"}

_PURE_BUILTINS = set(
    "abs bool bytes callable chr complex float format frozenset hasattr hash id int isinstance issubclass len "
    "object ord pow print range repr round str super type".split()
) | {n for n in dir(builtins) if n.endswith(("Error", "Warning", "Exception"))}
_UNDECIDABLE = set(
    "exec eval compile globals locals vars dir __import__ get_ipython breakpoint input inspect importlib gc "
    "ctypes builtins In Out _ih _oh _dh __builtins__ __main__".split()
)
_UNDECIDABLE_ATTRIBUTES = set(
    "__dict__ __globals__ __code__ __closure__ __defaults__ "
    "__kwdefaults__ __wrapped__ _getframe f_globals f_locals".split()
)
_HARMLESS_OF_SYS = set(
    "maxsize float_info version version_info getsizeof byteorder platform stdout".split()
)
_IN_PLACE = re.compile(
    r".*[^_]_$|register|__(set|del)\w+__$|__i(add|sub|mul|matmul|truediv|floordiv|mod|pow|and|or|xor|lshift|rshift)__$"
)
_LAST_OUTPUTS = re.compile(r"_{1,3}$|_i{1,3}$|_i?\d+$")

# Of these packages it is known what their functions do: nothing to their arguments but where the name says so.
_PURE_PACKAGES = set(
    "torch numpy math cmath copy itertools functools collections operator statistics string re time datetime "
    "typing dataclasses enum abc fractions decimal contextlib textwrap pprint json struct types numbers".split()
)
# Of these, that they keep no state of their own that another cell could see; what is passed to them may change.
_KNOWN_PACKAGES = _PURE_PACKAGES | set(
    "helpers matplotlib IPython ipywidgets tqdm sklearn scipy PIL random warnings os pathlib tempfile io shutil "
    "pickle csv zipfile heapq bisect queue weakref pandas seaborn".split()
)
_SETTING = re.compile(
    r"(set_(?!index)|use_|enable_|disable_|register_|rc|_set_|add_safe_globals|load_library)|"
    r"(use|ion|ioff|seterr|seterrcall|filterwarnings|simplefilter|resetwarnings|showwarning|chdir|umask|putenv|"
    r"unsetenv|update|setdefault|pop|clear|append|insert|extend|remove|register|unregister|setlocale|tzset|"
    r"manual_seed_all|switch_backend|style|xkcd|init_process_group|set|setrecursionlimit|nice|kill|_exit|fork|"
    r"system|popen|config|configure|basicConfig|load_inline|compile)$"
)
_CHANGING = set(
    "put copyto place putmask fill_diagonal shuffle setitem delitem iadd imul isub iconcat setattr delattr "
    "heappush heappop heapify heapreplace heappushpop insort insort_left insort_right backward save "
    "reduce accumulate deque chain islice tee cycle starmap groupby pairwise consume next iter singledispatch "
    "cache lru_cache cached_property patch object default_collate fork vector_to_parameters functional_call "
    "run_backward grad stack_module_state share_memory".split()
)
_FILE_CALLS = set(
    "open save load savez savez_compressed savetxt loadtxt genfromtxt fromfile tofile memmap savefig imread "
    "imsave exists is_file is_dir isfile isdir listdir iterdir scandir walk glob rglob read_text write_text "
    "read_bytes write_bytes mkdir makedirs unlink rmdir remove rename replace_file touch stat getsize copyfile "
    "copytree rmtree move dump to_csv read_csv from_file mkstemp mkdtemp NamedTemporaryFile symlink link".split()
)
_DRAWING = re.compile(
    r"rand|normal|uniform|bernoulli|multinomial|poisson|dropout|shuffle|choice|permut|sampl|seed|init|gauss|"
    r"beta|gamma|expovariate|exponential|cauchy|geometric|binomial|rng|[A-Z]"
)
_SEEDS = {"torch.manual_seed": "torch", "numpy.random.seed": "numpy", "random.seed": "random"}
# Methods that leave their object as it was, whatever it is among tensors, arrays, text and containers.
_PURE_METHODS = set(
    "abs all allclose any amax amin aminmax argmax argmin argsort astype bincount bmm ceil chunk clamp clip "
    "clone conj contiguous cos cosh cov cross cummax cumprod cumsum detach diag diagonal diff dim div dot "
    "element_size eq equal erf exp expand expand_as expm1 flatten flip floor fmod ge gt histc imag inverse "
    "is_contiguous is_floating_point isclose isfinite isinf isnan item kthvalue le lerp log log10 log1p log2 "
    "log_softmax logical_and logical_not logical_or logit logsumexp lt masked_fill matmul maximum mean median "
    "min max minimum mm mode mul multiply movedim mv nan_to_num nansum narrow ndimension ne neg new_ones "
    "new_tensor new_zeros nonzero norm numel numpy ones_like outer permute pow prod quantile ravel real "
    "reciprocal relu repeat repeat_interleave reshape roll round rsqrt select sigmoid sign sin sinh size softmax "
    "split sqrt square squeeze std storage_offset stride sub subtract sum swapaxes t take take_along_dim tan "
    "tanh tile tolist topk transpose tril triu true_divide trunc unbind unfold unique unsqueeze var view "
    "view_as where get items keys values copy count startswith endswith strip lstrip rstrip splitlines lower "
    "upper title capitalize join replace format ljust rjust center zfill isdigit isalpha find rfind partition "
    "encode decode removeprefix removesuffix named_parameters parameters named_buffers buffers named_modules "
    "modules named_children children get_submodule union intersection difference issubset issuperset".split()
)
_HARMLESS_DECORATORS = set(
    "no_grad inference_mode enable_grad staticmethod property dataclass override abstractmethod "
    "total_ordering".split()
)
_HARMLESS_CELL_MAGIC = re.compile(r"^%%(time|capture(\s+--no-\w+)*)\s*\n")
_HARMLESS_LINE_MAGIC = re.compile(r"^%matplotlib\s+inline\s*$", re.M)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Effects:
    """What a piece of code may do.

    Attributes:
        reads: names that it refers to, and places that it depends on.
        binds: names that it may bind or delete.
        stores: names and places that it changes under its own hand.
        passes: names whose objects it hands to code that may change them.
    """

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    passes: set[str] = field(default_factory=set)

    def add(self, other: "Effects") -> None:
        """Take in what another piece does."""
        self.reads |= other.reads
        self.binds |= other.binds
        self.stores |= other.stores
        self.passes |= other.passes


@dataclass
class Statement:
    """A statement at the top of a cell.

    Attributes:
        now: what it does when it is run.
        later: what the functions that it defines do when they are called.
        surely: names that it binds whenever it ends without an error.
        plain: it imports, or defines a function or class that keeps no state.
        seeds: random states that it sets in any case.
    """

    now: Effects = field(default_factory=Effects)
    later: Effects = field(default_factory=Effects)
    surely: set[str] = field(default_factory=set)
    plain: bool = False
    seeds: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Libraries:
    """The names that a notebook's cells bind by imports alone, with what each stands for."""

    names: dict[str, str]

    @classmethod
    def of(cls, trees: Iterable[ast.Module]) -> "Libraries":
        """Return those of a notebook's cells."""
        trees = list(trees)
        found: dict[str, set[str]] = {}
        for tree in trees:
            for node in _of_scope(tree):
                for name, path in _own_imports(node):
                    found.setdefault(name, set()).add(path)
        otherwise = {name for tree in trees for name in _bound_without_import(tree)}
        return cls({n: min(p) for n, p in found.items() if n not in otherwise and len(p) == 1})

    def path(self, node: ast.expr, hidden: set[str]) -> str:
        """Return the dotted path of what an expression names in a library, or ""."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in hidden or node.id not in self.names:
            return ""
        return ".".join([self.names[node.id], *parts])


def parse(source: str) -> ast.Module | None:
    """Return a cell's program; an empty one where it has no valid syntax, since then nothing of it runs.

    None: it cannot be read, for instance because of a command of IPython's own.
    """
    source = _HARMLESS_LINE_MAGIC.sub("", _HARMLESS_CELL_MAGIC.sub("", source.lstrip()))
    try:
        transformed = TransformerManager().transform_cell(source)
        if "get_ipython" in transformed:
            return None
        return ast.parse(transformed)
    except SyntaxError:
        # IPython runs a cell with a valid beginning no further than Python does: not at all.
        return ast.Module([], [])
    except (ValueError, RecursionError, MemoryError):
        return None


def statements(tree: ast.Module, libraries: Libraries) -> list[Statement]:
    """Return what the statements of a cell do.

    Raises:
        RecursionError: the program is nested too deeply.
    """
    return [_Reader(libraries).read(node) for node in tree.body]


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module or '.'}.{alias.name}"


def _bound_without_import(tree: ast.AST) -> Iterator[str]:
    """Yield the names bound at the top of a cell, or by functions that declare them global."""
    declared = {n for g in ast.walk(tree) if isinstance(g, ast.Global) for n in g.names}
    yield from declared
    for node in _of_scope(tree):
        yield from _names_bound(node)


def _of_scope(root: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, those of functions, classes and comprehensions within it left out.

    An assignment expression in a comprehension belongs to the scope around it.
    """
    waiting = list(ast.iter_child_nodes(root))
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            continue
        if isinstance(node, _COMPREHENSIONS):
            waiting += [n for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
            continue
        waiting += ast.iter_child_nodes(node)


def _names_bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        yield node.id
    elif isinstance(node, _NAMED):
        if node.name:
            yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def _locals(function: ast.AST) -> tuple[set[str], set[str]]:
    """Return the parameters of a function and the other names that belong to it."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [a for a in (arguments.vararg, arguments.kwarg) if a]
    body = function.body if isinstance(function.body, list) else [function.body]
    inner = ast.Module(body, [])
    bound = {name for node in _of_scope(inner) for name in _names_bound(node)}
    bound |= {name for node in _of_scope(inner) for name, _ in _own_imports(node)}
    declared = {n for node in _of_scope(inner) if isinstance(node, ast.Global) for n in node.names}
    return {a.arg for a in every}, bound - declared


def _own_imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    return _imports(node) if isinstance(node, ast.Import | ast.ImportFrom) else iter(())


def _is_constant(node: ast.expr | None) -> bool:
    if node is None or isinstance(node, ast.Constant | ast.Name | ast.Attribute):
        return True
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, ast.Tuple) and all(map(_is_constant, node.elts))


def _keeps_state(definition: ast.AST) -> bool:
    """Say whether a call of what is defined may leave something behind in the definition itself."""
    for node in ast.walk(definition):
        if isinstance(node, _FUNCTIONS):
            defaults = [*node.args.defaults, *node.args.kw_defaults]
            if not all(map(_is_constant, defaults)):
                return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not all(
            _last_name(d) in _HARMLESS_DECORATORS for d in node.decorator_list
        ):
            return True
        if isinstance(node, ast.ClassDef):
            values = [getattr(s, "value", None) for s in node.body]
            kept = [s for s, v in zip(node.body, values, strict=True) if not _is_constant(v)]
            if node.keywords or not all(isinstance(s, ast.Expr) for s in kept):
                return True
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in ("__class__", "cls", "type", "mro", "__bases__", "__setattr__"):
                return True
    return False


def _last_name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


class _Reader:
    """Reads one statement at the top of a cell."""

    def __init__(self, libraries: Libraries) -> None:
        self._libraries = libraries
        self._found = Statement()
        self._hidden: list[set[str]] = []  # names of the functions and comprehensions around
        self._parameters: list[set[str]] = []
        self._here = [self._found.now]
        self._undone: list[str] = []  # contexts around that put back what is changed in them

    def read(self, node: ast.stmt) -> Statement:
        self._visit(node)
        found = self._found
        definition = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else node
        defines = isinstance(definition, (*_FUNCTIONS, ast.ClassDef))
        found.plain = defines and not _keeps_state(definition)
        if not isinstance(node, ast.Expr):
            found.seeds = set()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.plain = True
            found.surely = {b for b in found.now.binds if not _is_dotted(node, b)}
        elif defines or isinstance(node, ast.Assign | ast.AnnAssign):
            deleted = {n.id for n in _of_scope(node) if _is_deleted(n)}
            bare = isinstance(node, ast.AnnAssign) and node.value is None
            found.surely = set() if bare else _sure_targets(node) - deleted
        return found

    # What is bound, read, stored ------------------------------------------------------------------------------

    def _is_hidden(self, name: str) -> bool:
        return any(name in names for names in self._hidden)

    def _all_hidden(self) -> set[str]:
        return set().union(*self._hidden)

    def _bind(self, name: str) -> None:
        if not self._is_hidden(name):
            self._effects.binds.add(name)

    @property
    def _effects(self) -> Effects:
        return self._here[-1]

    def _names(self, *nodes: ast.AST | None) -> set[str]:
        """Return the notebook's names in some expressions."""
        return {
            n.id
            for node in nodes
            if node is not None
            for n in ast.walk(node)
            if isinstance(n, ast.Name) and not self._is_hidden(n.id)
        }

    def _visit(self, node: ast.AST) -> None:
        method = getattr(self, f"_visit_{type(node).__name__}", None)
        if method:
            method(node)
        else:
            self._visit_children(node)

    def _visit_children(self, node: ast.AST) -> None:
        for name in _names_bound(node):
            self._bind(name)
        for child in ast.iter_child_nodes(node):
            self._visit(child)

    def _visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._bind(node.id)
            return
        if self._is_hidden(node.id):
            return
        self._effects.reads.add(node.id)
        if node.id in _UNDECIDABLE or _LAST_OUTPUTS.match(node.id):
            self._do_anything()

    def _do_anything(self) -> None:
        self._effects.reads.add(ANYTHING)
        self._effects.stores.add(ANYTHING)

    def _visit_Attribute(self, node: ast.Attribute) -> None:
        path = self._libraries.path(node, self._all_hidden())
        if node.attr in _UNDECIDABLE_ATTRIBUTES or (
            path.startswith("sys.") and path.split(".")[1] not in _HARMLESS_OF_SYS
        ):
            self._do_anything()
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._store(node.value)
        self._visit(node.value)

    def _visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.ctx, ast.Store | ast.Del):
            self._store(node.value)
        self._visit_children(node)

    def _store(self, target: ast.expr) -> None:
        """Note a change in what an expression gives. What it calls for it is passed, which is noted elsewhere."""
        if self._libraries.path(target, self._all_hidden()):
            self._effects.stores.add(SETTINGS)
        while isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
            target = target.value
        if isinstance(target, ast.Call):
            library = self._libraries.path(target.func, self._all_hidden())
            if isinstance(target.func, ast.Attribute) and not library:
                self._store(target.func.value)
            self._effects.passes |= self._names(*target.args, *(k.value for k in target.keywords))
        else:
            self._effects.stores |= self._names(target)

    def _visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._effects.reads |= self._names(node.target)
        self._store(node.target)
        self._visit_children(node)

    def _visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(t, ast.Tuple | ast.List) for t in node.targets):
            self._effects.passes |= self._names(node.value)  # an iterator is used up
        self._visit_children(node)

    def _visit_Starred(self, node: ast.Starred) -> None:
        self._effects.passes |= self._names(node.value)
        self._visit_children(node)

    def _visit_Compare(self, node: ast.Compare) -> None:
        for operator, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn):
                self._effects.passes |= self._names(right)
        self._visit_children(node)

    def _visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._effects.passes |= self._names(node.iter)
        self._visit_children(node)

    _visit_AsyncFor = _visit_For

    def _visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        undone = [_last_name(item.context_expr) for item in node.items]
        for item in node.items:
            self._effects.passes |= self._names(item.context_expr)
            self._visit(item)
        self._undone += undone
        for statement in node.body:
            self._visit(statement)
        del self._undone[len(self._undone) - len(undone) :]

    _visit_AsyncWith = _visit_With

    def _visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, path in _imports(node):
            self._bind(name)
            if name == "*" or path.split(".")[0] in _UNDECIDABLE:
                self._do_anything()
            if path.split(".")[0] not in _KNOWN_PACKAGES:
                self._effects.stores.add(SETTINGS)  # whatever its import does
                self._effects.reads.add(FILES)  # it may lie beside the notebook

    _visit_ImportFrom = _visit_Import

    def _visit_Global(self, node: ast.Global) -> None:
        pass  # `_locals` has seen it

    # Functions, classes, comprehensions -----------------------------------------------------------------------

    def _visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        if not isinstance(node, ast.Lambda):
            self._bind(node.name)
            for part in (*node.decorator_list, node.returns):
                if part is not None:
                    self._visit(part)
            self._effects.passes |= self._names(*node.decorator_list)
        self._visit(node.args)
        parameters, others = _locals(node)
        self._hidden.append(parameters | others)
        self._parameters.append(parameters)
        self._here.append(self._found.later)
        for part in node.body if isinstance(node.body, list) else [node.body]:
            self._visit(part)
        self._here.pop()
        self._parameters.pop()
        self._hidden.pop()

    _visit_AsyncFunctionDef = _visit_Lambda = _visit_FunctionDef

    def _visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._bind(node.name)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self._visit(part)
        inside = ast.Module(node.body, [])
        own = {name for part in _of_scope(inside) for name in _names_bound(part)}
        bases = {self._libraries.path(b, self._all_hidden()).partition(".")[0] for b in node.bases}
        if bases - _PURE_PACKAGES - {"", "helpers"}:
            self._effects.stores.add(SETTINGS)  # a class may be told of those made from it
        before = set(self._effects.binds)
        for part in node.body:
            self._visit(part)
        # Names of a class's body are its own, and yet another name of the notebook may be read under them.
        self._effects.binds -= own - before - {node.name}

    def _visit_comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        own: set[str] = set()
        for generator in node.generators:
            self._effects.passes |= self._names(generator.iter)
            own |= {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
        self._visit(node.generators[0].iter)
        lazy = isinstance(node, ast.GeneratorExp)
        walrus = {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
        for name in walrus:
            self._bind(name)
        self._hidden.append(own)
        for effects in (self._effects, self._found.later) if lazy else (self._effects,):
            self._here.append(effects)
            for number, generator in enumerate(node.generators):
                for part in (generator.iter if number else None, *generator.ifs):
                    if part is not None:
                        self._visit(part)
            for part in ("elt", "key", "value"):
                if hasattr(node, part):
                    self._visit(getattr(node, part))
            self._here.pop()
        self._hidden.pop()

    _visit_ListComp = _visit_SetComp = _visit_DictComp = _visit_GeneratorExp = _visit_comprehension

    # Calls ----------------------------------------------------------------------------------------------------

    def _visit_Call(self, node: ast.Call) -> None:
        arguments = [*node.args, *(k.value for k in node.keywords)]
        path = self._libraries.path(node.func, self._all_hidden())
        if path:
            self._call_library(path, node, arguments)
        elif isinstance(node.func, ast.Name):
            self._call_name(node.func.id, node, arguments)
        elif isinstance(node.func, ast.Attribute):
            self._call_method(node.func, node, arguments)
        else:
            self._effects.passes |= self._names(node.func, *arguments)
            self._draw()
        self._visit_children(node)

    def _call_name(self, name: str, node: ast.Call, arguments: list[ast.expr]) -> None:
        builtin = hasattr(builtins, name) and not self._is_hidden(name)
        if name == "open" and builtin:
            self._use_files(node)
        if builtin and name in _PURE_BUILTINS:
            return
        if builtin and name in ("setattr", "delattr"):
            self._effects.stores |= self._names(*arguments)
        self._effects.passes |= self._names(node.func, *arguments)
        if not builtin:
            self._draw()

    def _call_method(self, func: ast.Attribute, node: ast.Call, arguments: list[ast.expr]) -> None:
        if func.attr in _FILE_CALLS:
            self._use_files(node)
        if func.attr in _PURE_METHODS:
            return
        changed = self._names(func.value, *arguments)
        self._effects.passes |= changed
        if _IN_PLACE.match(func.attr):
            self._store(func.value)
        self._draw()

    def _call_library(self, path: str, node: ast.Call, arguments: list[ast.expr]) -> None:
        package, _, rest = path.partition(".")
        last = path.rpartition(".")[2]
        effects = self._effects
        if package not in _KNOWN_PACKAGES:
            effects.stores.add(SETTINGS)
        if path in _SEEDS:
            self._seed(_SEEDS[path])
            return
        if _SETTING.match(last) and rest and not self._is_undone(package):
            if package in ("torch", "numpy") and "rng" in last:
                self._seed(package)
            else:
                effects.stores.add(SETTINGS)
        if last in _FILE_CALLS and package != "helpers":
            self._use_files(node)
        pure = package in _PURE_PACKAGES and not last.endswith("_") and last not in _CHANGING
        if not pure or any(k.arg in ("out", None) for k in node.keywords):
            effects.passes |= self._names(*arguments)
        if package in ("torch", "numpy", "random") and _DRAWING.search(path.partition(".")[2]):
            self._draw(package)
        elif package not in _PURE_PACKAGES and "plots" not in path and "data" not in path:
            self._draw()

    def _is_undone(self, package: str) -> bool:
        return package == "warnings" and "catch_warnings" in self._undone

    def _draw(self, *packages: str) -> None:
        if "fork_rng" in self._undone:
            return
        places = {RANDOM[p] for p in packages or RANDOM}
        # Within one statement a seed may stand after the draw, so only seeds before it count.
        self._effects.reads |= places
        self._effects.stores |= places

    def _seed(self, package: str) -> None:
        if "fork_rng" in self._undone:
            return
        self._effects.stores.add(RANDOM[package])
        if self._effects is self._found.now and not self._hidden:
            self._found.seeds.add(RANDOM[package])

    def _use_files(self, node: ast.Call) -> None:
        """Note the use of a file, but of one that a function is handed the path of: that is its caller's."""
        if self._parameters and not _names_a_file(node):
            known = set().union(*self._parameters)
            receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
            if any(
                isinstance(a, ast.Name) and a.id in known
                for a in (receiver, *node.args, *(k.value for k in node.keywords))
            ):
                return
        if "TemporaryDirectory" not in self._undone:
            self._effects.reads.add(FILES)
            self._effects.stores.add(FILES)


def _names_a_file(node: ast.Call) -> bool:
    texts = (n.value for n in ast.walk(node) if isinstance(n, ast.Constant))
    return any(isinstance(t, str) and ("." in t or "/" in t) for t in texts)


def _is_dotted(node: ast.Import | ast.ImportFrom, name: str) -> bool:
    return isinstance(node, ast.Import) and any(
        not a.asname and a.name.startswith(f"{name}.") for a in node.names
    )


def _is_deleted(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)


def _sure_targets(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {
        n.id
        for target in targets
        for n in ast.walk(target)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
