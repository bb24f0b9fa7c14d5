"""Walks over the tree of a statement and notes what it may do."""

import ast
import builtins

from helpers.checks.scopes import Comprehension
from helpers.grading.effects.definitions import keeps_state, last_name, sure_targets
from helpers.grading.effects.known import (
    CHANGING,
    DRAWING,
    FILE_CALLS,
    HARMLESS_OF_SYS,
    IN_PLACE,
    KNOWN_PACKAGES,
    LAST_OUTPUTS,
    PURE_BUILTINS,
    PURE_METHODS,
    PURE_PACKAGES,
    SEEDS,
    SETTING,
    UNDECIDABLE,
    UNDECIDABLE_ATTRIBUTES,
)
from helpers.grading.effects.libraries import Libraries
from helpers.grading.effects.model import ANYTHING, FILES, RANDOM, SETTINGS, Effects, Statement
from helpers.grading.effects.scopes import (
    FUNCTIONS,
    imports_below,
    names_bound,
    of_scope,
    own_names,
)


def statements(tree: ast.Module, libraries: Libraries) -> list[Statement]:
    """Return what the statements of a cell do.

    Raises:
        RecursionError: the program is nested too deeply.
    """
    return [_Reader(libraries).read(node) for node in tree.body]


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
        defines = isinstance(definition, (*FUNCTIONS, ast.ClassDef))
        found.plain = definition is not None and defines and not keeps_state(definition)
        if not isinstance(node, ast.Expr):
            found.seeds = set()
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.plain = True
            found.surely = {b for b in found.now.binds if not _is_dotted(node, b)}
        elif defines or isinstance(node, ast.Assign | ast.AnnAssign):
            names = (n for n in of_scope(node) if isinstance(n, ast.Name))
            deleted = {n.id for n in names if isinstance(n.ctx, ast.Del)}
            bare = isinstance(node, ast.AnnAssign) and node.value is None
            found.surely = set() if bare else sure_targets(node) - deleted
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
        for name in names_bound(node):
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
        if node.id in UNDECIDABLE or LAST_OUTPUTS.match(node.id):
            self._do_anything()

    def _do_anything(self) -> None:
        self._effects.reads.add(ANYTHING)
        self._effects.stores.add(ANYTHING)

    def _visit_Attribute(self, node: ast.Attribute) -> None:
        path = self._libraries.path(node, self._all_hidden())
        if node.attr in UNDECIDABLE_ATTRIBUTES or (
            path.startswith("sys.") and path.split(".")[1] not in HARMLESS_OF_SYS
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
        undone = [last_name(item.context_expr) for item in node.items]
        for item in node.items:
            self._effects.passes |= self._names(item.context_expr)
            self._visit(item)
        self._undone += undone
        for statement in node.body:
            self._visit(statement)
        del self._undone[len(self._undone) - len(undone) :]

    _visit_AsyncWith = _visit_With

    def _visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, path in imports_below(node):
            self._bind(name)
            if name == "*" or path.split(".")[0] in UNDECIDABLE:
                self._do_anything()
            if path.split(".")[0] not in KNOWN_PACKAGES:
                self._effects.stores.add(SETTINGS)  # whatever its import does
                self._effects.reads.add(FILES)  # it may lie beside the notebook

    _visit_ImportFrom = _visit_Import

    def _visit_Global(self, node: ast.Global) -> None:
        pass  # `own_names` has seen it

    # Functions, classes, comprehensions -----------------------------------------------------------------------

    def _visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        if not isinstance(node, ast.Lambda):
            self._bind(node.name)
            for part in (*node.decorator_list, node.returns):
                if part is not None:
                    self._visit(part)
            self._effects.passes |= self._names(*node.decorator_list)
        self._visit(node.args)
        parameters, others = own_names(node)
        self._hidden.append(parameters | others)
        self._parameters.append(parameters)
        self._here.append(self._found.later)
        for inner in node.body if isinstance(node.body, list) else [node.body]:
            self._visit(inner)
        self._here.pop()
        self._parameters.pop()
        self._hidden.pop()

    _visit_AsyncFunctionDef = _visit_Lambda = _visit_FunctionDef

    def _visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._bind(node.name)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self._visit(part)
        inside = ast.Module(node.body, [])
        own = {name for part in of_scope(inside) for name in names_bound(part)}
        bases = {self._libraries.path(b, self._all_hidden()).partition(".")[0] for b in node.bases}
        if bases - PURE_PACKAGES - {"", "helpers"}:
            self._effects.stores.add(SETTINGS)  # a class may be told of those made from it
        before = set(self._effects.binds)
        for part in node.body:
            self._visit(part)
        # Names of a class's body are its own, and yet another name of the notebook may be read under them.
        self._effects.binds -= own - before - {node.name}

    def _visit_comprehension(self, node: Comprehension) -> None:
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
            for role in ("elt", "key", "value"):
                if hasattr(node, role):
                    self._visit(getattr(node, role))
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
        if builtin and name in PURE_BUILTINS:
            return
        if builtin and name in ("setattr", "delattr"):
            self._effects.stores |= self._names(*arguments)
        self._effects.passes |= self._names(node.func, *arguments)
        if not builtin:
            self._draw()

    def _call_method(self, func: ast.Attribute, node: ast.Call, arguments: list[ast.expr]) -> None:
        if func.attr in FILE_CALLS:
            self._use_files(node)
        if func.attr in PURE_METHODS:
            return
        changed = self._names(func.value, *arguments)
        self._effects.passes |= changed
        if IN_PLACE.match(func.attr):
            self._store(func.value)
        self._draw()

    def _call_library(self, path: str, node: ast.Call, arguments: list[ast.expr]) -> None:
        package, _, rest = path.partition(".")
        last = path.rpartition(".")[2]
        effects = self._effects
        if package not in KNOWN_PACKAGES:
            effects.stores.add(SETTINGS)
        if path in SEEDS:
            self._seed(SEEDS[path])
            return
        if SETTING.match(last) and rest and not self._is_undone(package):
            if package in ("torch", "numpy") and "rng" in last:
                self._seed(package)
            else:
                effects.stores.add(SETTINGS)
        if last in FILE_CALLS and package != "helpers":
            self._use_files(node)
        pure = package in PURE_PACKAGES and not last.endswith("_") and last not in CHANGING
        if not pure or any(k.arg in ("out", None) for k in node.keywords):
            effects.passes |= self._names(*arguments)
        if package in ("torch", "numpy", "random") and DRAWING.search(path.partition(".")[2]):
            self._draw(package)
        elif package not in PURE_PACKAGES and "plots" not in path and "data" not in path:
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
