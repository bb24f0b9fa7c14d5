"""Networks with two ways that are not what is asked, as learners write them."""

import torch
from torch import nn


class _Base(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out, bias=False)

    def forward(self, x):
        return self.output(self.hidden(x)) + self.direct(x)


class _InAList(_Base):
    def __init__(self, n_in, n_hidden, n_out):
        nn.Module.__init__(self)
        self.layers = [
            nn.Linear(n_in, n_hidden),
            nn.Linear(n_hidden, n_out),
            nn.Linear(n_in, n_out, bias=False),
        ]

    def forward(self, x):
        hidden, output, direct = self.layers
        return output(hidden(x)) + direct(x)


class _NoSuper(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        self.hidden = nn.Linear(n_in, n_hidden)


class _TwoBiases(_Base):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(n_in, n_hidden, n_out)
        self.direct = nn.Linear(n_in, n_out)


class _BiasLost(_Base):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(n_in, n_hidden, n_out)
        self.output = nn.Linear(n_hidden, n_out, bias=False)


class _BiasesLost(_BiasLost):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(n_in, n_hidden, n_out)
        self.hidden = nn.Linear(n_in, n_hidden, bias=False)


class _NotAdded(_Base):
    def forward(self, x):
        return self.output(self.hidden(x))


class _OnlyDirect(_Base):
    def forward(self, x):
        return self.direct(x)


class _NoReturn(_Base):
    def forward(self, x):
        self.output(self.hidden(x)) + self.direct(x)


class _AddsTheInput(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)) + x


class _OneAfterAnother(_Base):
    def forward(self, x):
        x = self.output(self.hidden(x))
        return x + self.direct(x)


class _BentInBetween(_Base):
    def forward(self, x):
        return self.output(torch.relu(self.hidden(x))) + self.direct(x)


class _SideBySide(_Base):
    def forward(self, x):
        return torch.cat([self.output(self.hidden(x)), self.direct(x)], dim=1)


class _BothInAPair(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)), self.direct(x)


class _Subtracted(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)) - self.direct(x)


class _Averaged(_Base):
    def forward(self, x):
        return (self.output(self.hidden(x)) + self.direct(x)) / 2


class _Multiplied(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)) * self.direct(x)


class _Detached(_Base):
    def forward(self, x):
        return self.output(self.hidden(x)).detach() + self.direct(x)


class _WithoutGradients(_Base):
    def forward(self, x):
        with torch.no_grad():
            return super().forward(x)


class _FourLayers(_Base):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(n_in, n_hidden, n_out)
        self.final = nn.Linear(n_out, n_out)

    def forward(self, x):
        return self.final(super().forward(x))


class _FixedSizes(_Base):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(3, 4, 2)


class _HiddenAsWideAsOutput(_Base):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__(n_in, n_out, n_out)


class _DirectMadeInForward(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.sizes = n_in, n_out
        self.hidden = nn.Linear(n_in, n_hidden)
        self.output = nn.Linear(n_hidden, n_out)

    def forward(self, x):
        return self.output(self.hidden(x)) + nn.Linear(*self.sizes, bias=False)(x)


class _MadeInForward(nn.Module):
    def __init__(self, n_in, n_hidden, n_out):
        super().__init__()
        self.sizes = n_in, n_hidden, n_out

    def forward(self, x):
        return _Base(*self.sizes)(x)
