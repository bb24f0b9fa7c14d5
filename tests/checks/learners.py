"""What a learner might write for the small exercises, right and wrong."""

import os
import time

import torch
from torch import nn

from tests.checks.small import check


def right(x):
    return x / x.amax(dim=0)


def with_loop(x):
    return torch.stack([column / column.max() for column in x.T]).T


def small_only(x):
    return x / torch.tensor([5.0, 40.0]) if x.shape == (3, 2) else x


def stub(x):
    """Do something."""
    ...


def raising(x):
    y = x + 1
    return y / missing_name  # noqa: F821


def missing_import(x):
    import no_such_package  # noqa: F401


def wrong_arguments(x, y):
    return x


def endless(x):
    while True:
        x = x + 1


def asleep(x):
    time.sleep(60)


def in_place(x):
    return x.div_(x.amax(dim=0).clone())


def leaving(x):
    raise SystemExit(3)


def no_return(x):
    y = x / x.amax(dim=0)  # noqa: F841


def changes_the_session(x):
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.manual_seed(0)
    os.environ["CHANGED"] = ""
    return right(x)


def power(x):
    return x**2


def twice_backward(x):
    result = x.clone().requires_grad_().exp().sum()
    result.backward()
    result.backward()


class Twin(nn.Module):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.mine = nn.Linear(n_in, n_out)

    def forward(self, x):
        return x @ self.mine.weight.T + self.mine.bias


class NoBias(Twin):
    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.mine = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.mine(x)


class Empty(nn.Module):
    """Not written yet."""

    def __init__(self, n_in, n_out):
        super().__init__()
        ...

    def forward(self, x): ...


def mean(x):
    return x.sum() / 2


class Secretive:
    """Does its work, but may not be looked at."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __call__(self, x):
        return right(x)


class Unprintable(Exception):
    def __str__(self):
        raise KeyboardInterrupt


def unprintable(x):
    raise Unprintable


def asks(x):
    return x * float(input("factor? "))


def checks_itself(x):
    return check.scale(checks_itself)
