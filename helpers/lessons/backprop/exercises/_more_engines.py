"""Further engines that answer `Value`, right and wrong, as learners write them."""

import math
from collections import deque
from typing import ClassVar

from helpers.lessons.backprop.exercises._engines import _Engine


class _PathValue:
    """Walks every way back to the leaves one by one: slow, and right."""

    def __init__(self, data):
        self.data, self.grad, self.sources = data, 0.0, []

    def __add__(self, other):
        return self.derived(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return self.derived(self.data * other.data, [(self, other.data), (other, self.data)])

    def tanh(self):
        t = math.tanh(self.data)
        return self.derived(t, [(self, 1 - t * t)])

    def derived(self, data, sources):
        node = _PathValue(data)
        node.sources = sources
        return node

    def backward(self, arriving=1.0):
        self.grad += arriving
        for source, slope in self.sources:
            source.backward(arriving * slope)


class _CountingValue:
    """Counts the users of each node first, and handles a node when all of them are done."""

    def __init__(self, data, op=None, left=None, right=None):
        self.data, self.grad, self.op, self.left, self.right = data, 0, op, left, right

    def __add__(self, other):
        return _CountingValue(self.data + other.data, "+", self, other)

    def __mul__(self, other):
        return _CountingValue(self.data * other.data, "*", self, other)

    def tanh(self):
        return _CountingValue(math.tanh(self.data), "t", self)

    def inputs(self):
        return [node for node in (self.left, self.right) if node is not None]

    def backward(self):
        users, stack, seen = {}, [self], {self}
        while stack:
            for node in stack.pop().inputs():
                users[node] = users.get(node, 0) + 1
                if node not in seen:
                    seen.add(node)
                    stack.append(node)
        ready, self.grad = [self], 1
        while ready:
            node = ready.pop()
            for source, slope in zip(node.inputs(), node.slopes(), strict=False):
                source.grad += slope * node.grad
                users[source] -= 1
                if users[source] == 0:
                    ready.append(source)

    def slopes(self):
        if self.op == "+":
            return [1, 1]
        if self.op == "*":
            return [self.right.data, self.left.data]
        return [1 - self.data**2] if self.op == "t" else []


class _BreakIn(_CountingValue):
    """A base for wrong engines: right, save for what a subclass changes."""

    def __add__(self, other):
        return type(self)(self.data + other.data, "+", self, other)

    def __mul__(self, other):
        return type(self)(self.data * other.data, "*", self, other)

    def tanh(self):
        return type(self)(math.tanh(self.data), "t", self)


class _TwiceOnlyOnce(_BreakIn):
    """A set of parents forgets that a value was used twice by the same operation."""

    def inputs(self):
        return list(dict.fromkeys(super().inputs()))


class _DepthFirstByStack(_BreakIn):
    def backward(self):
        self.grad = 1
        stack, seen = [self], set()
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            for source, slope in zip(node.inputs(), node.slopes(), strict=False):
                source.grad += slope * node.grad
                stack.append(source)


class _LeavesOnly(_BreakIn):
    def backward(self):
        super().backward()
        self.grad = 0


class _SumOfFactors(_BreakIn):
    def slopes(self):
        return [self.data, self.data] if self.op == "*" else super().slopes()


class _SechOnce(_BreakIn):
    def slopes(self):
        return [1 - self.data] if self.op == "t" else super().slopes()


class _TwoOperandsFail(_BreakIn):
    def __mul__(self, other):
        return self.data * other.data


class _TanhTwice(_BreakIn):
    def slopes(self):
        return [1 - math.tanh(self.data) ** 2] if self.op == "t" else super().slopes()


class _ProductAsSum(_BreakIn):
    def slopes(self):
        return [1, 1] if self.op == "*" else super().slopes()


class _ByNumber(_Engine):
    """Tells nodes apart by the number that they hold."""

    def order(self):
        found, seen = [], set()

        def visit(node):
            if node.data not in seen:
                seen.add(node.data)
                for parent, _ in node.parents:
                    visit(parent)
                found.append(node)

        visit(self)
        return found[::-1]


class _Preorder(_Engine):
    def order(self):
        found, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                found.append(node)
                for parent, _ in node.parents:
                    visit(parent)

        visit(self)
        return found


class _OneTape(_Engine):
    """Walks back through all nodes that were ever made; here the last few do."""

    tape: ClassVar = deque(maxlen=100)

    def __init__(self, data, parents=()):
        super().__init__(data, parents)
        self.tape.append(self)

    def order(self):
        return list(self.tape)[::-1]


class _AddsInPlace(_Engine):
    def __add__(self, other):
        self.data += other.data
        self.parents += ((other, 1.0),)
        return self


class _ClearsInnerNodes(_Engine):
    def backward(self):
        super().backward()
        for node in self.order():
            if node.parents:
                node.grad = 0.0


class _CollectsApart(_Engine):
    """Right: a stack of its own in place of recursion, and the shares of one walk are added at its end."""

    def backward(self):
        order, done, stack = [], set(), [(self, False)]
        while stack:
            node, parents_done = stack.pop()
            if parents_done:
                order.append(node)
            elif id(node) not in done:
                done.add(id(node))
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node.parents)
        share = {id(node): 0.0 for node in order}
        share[id(self)] = 1.0
        for node in order[::-1]:
            for parent, slope in node.parents:
                share[id(parent)] += slope * share[id(node)]
        for node in order:
            node.grad += share[id(node)]


class _GradientsOfOnes(_BreakIn):
    """Right wherever 1 comes in from behind."""

    def backward(self):
        super().backward()
        for node in self.inputs():
            for source, slope in zip(node.inputs(), node.slopes(), strict=False):
                source.grad = slope
