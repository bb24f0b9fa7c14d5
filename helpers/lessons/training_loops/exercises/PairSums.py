"""Write a Dataset of all pairs (a, b) of the whole numbers below `limit`, with a + b as the target."""

import itertools

import torch
from torch.utils.data import Dataset, TensorDataset

from helpers.checks.exercise import Exercise, mistake
from helpers.lessons.training_loops import drivers


class _Pairs(Dataset):
    """A right data set, taken apart so that the wrong ones differ from it in one place."""

    def __init__(self, limit):
        self.limit = limit

    def __len__(self):
        return self.limit**2

    def __getitem__(self, i):
        a, b = self.pair(i)
        return torch.tensor([a, b], dtype=torch.float32), torch.tensor([float(a + b)])

    def pair(self, i):
        return i // self.limit, i % self.limit


class _Whole(_Pairs):
    def __getitem__(self, i):
        a, b = self.pair(i)
        return torch.tensor([a, b]), torch.tensor([a + b])


class _NoList(_Pairs):
    def __getitem__(self, i):
        a, b = self.pair(i)
        return torch.tensor([float(a), float(b)]), torch.tensor(float(a + b))


class _Short(_Pairs):
    def __len__(self):
        return self.limit


class _Swapped(_Pairs):
    def pair(self, i):
        return i % self.limit, i // self.limit


class _Diagonal(_Pairs):
    def pair(self, i):
        return i, i


class _Divided(_Pairs):
    def pair(self, i):
        return i / self.limit, i % self.limit


class _ThreeOfTheExample(_Pairs):
    def pair(self, i):
        return i // 3, i % 3


class _Product(_Pairs):
    def __getitem__(self, i):
        a, b = self.pair(i)
        return torch.tensor([float(a), float(b)]), torch.tensor([float(a * b)])


class _OnTheClass(_Pairs):
    def __init__(self, limit):
        _OnTheClass.limit = limit


class _TableOfPairs(Dataset):
    def __init__(self, limit):
        numbers = torch.arange(limit, dtype=torch.float32)
        self.X = torch.cartesian_prod(numbers, numbers)
        self.Y = self.X.sum(dim=1, keepdim=True)

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.Y[i]


class _ListOfPairs(Dataset):
    def __init__(self, limit):
        self.items = [
            (torch.Tensor([a, b]), torch.Tensor([a + b]))
            for a in range(limit)
            for b in range(limit)
        ]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        return self.items[i]


kind = Exercise
exact_dtype = True
RIGHT_LENGTH = "right length and items"
DATALOADER_MAKES = "a DataLoader makes right batches of it"
requirements = {RIGHT_LENGTH: 1, DATALOADER_MAKES: 1}
parts = {
    "len": RIGHT_LENGTH,
    "items": RIGHT_LENGTH,
    "first batch": DATALOADER_MAKES,
}
driver = drivers.dataset
answer_kind = "class"


def inputs(draw):
    yield {"limit": 3, "positions": [0, 1, 5, 8], "batch": 4}
    yield {"limit": 100, "positions": [307, 9999], "batch": 100}
    limit = draw.integer(4, 12)
    positions = draw.integers(5, low=0, high=limit**2).tolist()
    yield {"limit": limit, "positions": positions, "batch": draw.integer(2, 7)}


reference = _Pairs


class _PairsAsTensorDataset(TensorDataset):
    def __init__(self, limit):
        numbers = torch.arange(limit).float()
        first, second = torch.meshgrid(numbers, numbers, indexing="ij")
        pairs = torch.stack([first.flatten(), second.flatten()], dim=1)
        super().__init__(pairs, pairs.sum(1, keepdim=True))


class _PairsByProduct(Dataset):
    def __init__(self, limit):
        self.pairs = list(itertools.product(range(limit), repeat=2))

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        x = torch.tensor(self.pairs[i]).float()
        return [x, x.sum().reshape(1)]


class _PairsInTuples(_PairsByProduct):
    def __getitem__(self, i):
        return tuple(super().__getitem__(i))


class _PairsFromOne(_PairsInTuples):
    def __init__(self, limit):
        self.pairs = list(itertools.product(range(1, limit + 1), repeat=2))


class _PairsWithoutOrder(_PairsInTuples):
    def __init__(self, limit):
        self.pairs = list(itertools.combinations_with_replacement(range(limit), 2))


class _PairsByChance(_PairsByProduct):
    def __getitem__(self, i):
        x = torch.randint(0, 100, (2,)).float()
        return x, x.sum().reshape(1)


class _PairsUpToLimit(_TableOfPairs):
    def __init__(self, limit):
        super().__init__(limit + 1)


class _PairsOfHundred(_TableOfPairs):
    def __init__(self, limit):
        super().__init__(100)


class _PairsAsRows(_PairsByProduct):
    def __getitem__(self, i):
        x = torch.tensor([self.pairs[i]]).float()
        return x, x.sum().reshape(1, 1)


class _PairsWithoutDataset:
    __init__, __len__, __getitem__ = (
        _PairsByProduct.__init__,
        _PairsByProduct.__len__,
        _PairsByProduct.__getitem__,
    )


mistakes = [
    mistake(
        _Whole,
        "These are whole numbers (int64). Layers want float32: `torch.tensor([...], dtype=torch.float32)`.",
    ),
    mistake(
        _NoList,
        "The target is a lone number, shape (). The model's output has shape (1,) for each pair: give "
        "the target the same, `torch.tensor([sum])`, or the loss will broadcast.",
    ),
    mistake(_Short, "That is the count of numbers. Each of them is paired with each."),
    mistake(
        _Swapped,
        "The order is (0, 0), (0, 1), (0, 2) …: the second number runs fastest. "
        "`//` and `%` have changed places.",
    ),
    mistake(
        _Diagonal,
        "You pair i with itself. Position i stands for the pair i // limit and i % limit.",
    ),
    mistake(
        _Divided,
        "The first numbers are fractions: `/` divides, `//` says how often limit goes into i.",
    ),
    mistake(
        _ThreeOfTheExample,
        "You divide by 3, the limit of the example. Each data set has a limit of its own: keep it in `__init__`, "
        "and divide by that.",
    ),
    mistake(
        _PairsUpToLimit,
        "The numbers go up to `limit` itself. Below `limit` are 0 … limit − 1: `range(limit)`.",
    ),
    mistake(_PairsFromOne, "The numbers begin with 1. The first pair is (0, 0)."),
    mistake(
        _PairsWithoutOrder,
        "Your data set runs out of items. Each number is paired with each, (1, 0) as well as (0, 1): that makes "
        "limit · limit items.",
    ),
    mistake(
        _PairsOfHundred,
        "Your data set has 10,000 pairs whatever `limit` is. Use the number that `__init__` is given.",
    ),
    mistake(_Product, "The target is the product of the two numbers. Their sum is asked for."),
    mistake(
        _OnTheClass,
        "When a second data set is made, the first one changes with it: they share what you keep. Keep it in the "
        "object, `self.… = …` in `__init__`, not in the class or in a global variable.",
    ),
]
alternatives = [
    _TableOfPairs,
    _ListOfPairs,
    _PairsAsTensorDataset,
    _PairsByProduct,
]
also_wrong = [
    _PairsByChance,
    _PairsAsRows,
    _PairsWithoutDataset,
    _PairsByProduct(3),
]
hints = [
    "`__init__` keeps `limit`; `__len__` says how many pairs there are; `__getitem__` makes one item.",
    "With limit = 3, position 5 is the pair (1, 2). How do 5 // 3 and 5 % 3 help?",
    "Return `torch.tensor([a, b], dtype=torch.float32), torch.tensor([a + b], dtype=torch.float32)`.",
]
