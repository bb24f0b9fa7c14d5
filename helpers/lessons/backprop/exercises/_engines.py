"""Engines that answer `Value`: the right one, in several forms, and wrong ones made of it."""

import math

import torch


def _topological(end):
    found, seen = [], set()

    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent, _ in node.parents:
                visit(parent)
            found.append(node)

    visit(end)
    return found[::-1]


def _breadth_first(end):
    found, seen = [end], {id(end)}
    for node in found:
        for parent, _ in node.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                found.append(parent)
    return found


class _Engine:
    """A right scalar engine, taken apart so that the wrong ones differ from it in one place."""

    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents

    def __add__(self, other):
        return type(self)(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return type(self)(self.data * other.data, ((self, other.data), (other, self.data)))

    def tanh(self):
        t = math.tanh(self.data)
        return type(self)(t, ((self, 1 - t * t),))

    def backward(self):
        self.grad = 1.0
        for node in self.order():
            for parent, slope in node.parents:
                parent.receive(slope, node.grad)

    def order(self):
        return _topological(self)

    def receive(self, slope, incoming):
        self.grad += slope * incoming


class _Overwrites(_Engine):
    def receive(self, slope, incoming):
        self.grad = slope * incoming


class _IgnoresIncoming(_Engine):
    def receive(self, slope, incoming):
        self.grad += slope


class _BreadthFirst(_Engine):
    def order(self):
        return _breadth_first(self)


class _DepthFirst(_Engine):
    def order(self):
        found, stack = [], [self]
        while stack:
            node = stack.pop()
            if node not in found:
                found.append(node)
                stack += [parent for parent, _ in node.parents]
        return found


class _OnlyParents(_Engine):
    def order(self):
        return [self]


class _NoSeed(_Engine):
    def backward(self):
        for node in self.order():
            for parent, slope in node.parents:
                parent.receive(slope, node.grad)


class _OwnFactor(_Engine):
    def __mul__(self, other):
        return type(self)(self.data * other.data, ((self, self.data), (other, other.data)))


class _TanhOfInput(_Engine):
    def tanh(self):
        return type(self)(math.tanh(self.data), ((self, 1 - self.data**2),))


class _TanhWithoutSlope(_Engine):
    def tanh(self):
        return type(self)(math.tanh(self.data), ((self, 1.0),))


class _Recursive(_Engine):
    def backward(self):
        self.grad = 1.0
        self.spread()

    def spread(self):
        for parent, slope in self.parents:
            parent.grad += slope * self.grad
            parent.spread()


class _OftenListed(_Engine):
    def order(self):
        found = []

        def visit(node):
            for parent, _ in node.parents:
                visit(parent)
            found.append(node)

        visit(self)
        return found[::-1]


class _Queue(_Engine):
    def order(self):
        found = [self]
        for node in found:
            found += [parent for parent, _ in node.parents]
        return found


class _ForgetsOldGradients(_Engine):
    def backward(self):
        for node in self.order():
            node.grad = 0.0
        super().backward()


class _OneSided(_Engine):
    def __add__(self, other):
        return type(self)(self.data + other.data, ((self, 1.0),))


class _Closures:
    """The way of many small engines: each result knows how to push its gradient back."""

    def __init__(self, data, children=()):
        self.data, self.grad = float(data), 0.0
        self._children, self._push = set(children), lambda: None

    def __add__(self, other):
        out = _Closures(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out._push = push
        return out

    def __mul__(self, other):
        out = _Closures(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._push = push
        return out

    def tanh(self):
        e = math.exp(2 * self.data)
        out = _Closures((e - 1) / (e + 1), (self,))

        def push():
            self.grad += (1 - out.data**2) * out.grad

        out._push = push
        return out

    def backward(self):
        order, visited = [], set()

        def build(node):
            if node not in visited:
                visited.add(node)
                for child in node._children:
                    build(child)
                order.append(node)

        build(self)
        self.grad = 1.0
        for node in reversed(order):
            node._push()


class _Tape:
    """A right engine without a search: nodes are numbered as they are made, and handled backwards."""

    count = 0

    def __init__(self, data, inputs=()):
        self.data, self.grad, self.inputs = data, 0.0, inputs
        _Tape.count += 1
        self.number = _Tape.count

    def __add__(self, other):
        return _Tape(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return _Tape(self.data * other.data, [(self, other.data), (other, self.data)])

    def tanh(self):
        value = math.tanh(self.data)
        return _Tape(value, [(self, 1 / math.cosh(self.data) ** 2)])

    def backward(self):
        waiting, self.grad = {self.number: self}, 1.0
        while waiting:
            node = waiting.pop(max(waiting))
            for source, slope in node.inputs:
                source.grad = source.grad + slope * node.grad
                waiting[source.number] = source


class _OnTorch:
    """The engine's interface on top of torch's autograd: the independent right answer."""

    def __init__(self, number):
        self.tensor = torch.tensor(number, dtype=torch.float64, requires_grad=True)

    @classmethod
    def _of(cls, tensor):
        node = cls(0.0)
        node.tensor = tensor
        tensor.retain_grad()
        return node

    @property
    def data(self):
        return self.tensor.item()

    @property
    def grad(self):
        return 0.0 if self.tensor.grad is None else self.tensor.grad.item()

    def __add__(self, other):
        return self._of(self.tensor + other.tensor)

    def __mul__(self, other):
        return self._of(self.tensor * other.tensor)

    def tanh(self):
        return self._of(self.tensor.tanh())

    def backward(self):
        self.tensor.backward()
