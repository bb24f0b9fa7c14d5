"""Mend `brighten`: each picture gets its own amount, stays within 0 … 255, and the input is untouched."""

import torch

from helpers.checks.exercise import RepairExercise, case, mistake

kind = RepairExercise
NOTHING_WRAPS = "nothing wraps around below 0 or above 255"
RIGHT_ANY = "right for any number and size of pictures"
requirements = {
    "each picture gets its own amount": 1,
    NOTHING_WRAPS: 1,
    RIGHT_ANY: 1,
}


def inputs(draw):
    pictures = torch.tensor([[[10, 20], [30, 40]], [[50, 60], [70, 80]]], dtype=torch.uint8)
    yield pictures, torch.tensor([5, -7])
    bright = torch.tensor([[[250, 20], [130, 240]], [[50, 3], [170, 8]]], dtype=torch.uint8)
    yield case(bright, torch.tensor([30, -40]), requirement=NOTHING_WRAPS)
    batch = draw.integers(3, 4, 5, low=90, high=160).to(torch.uint8)
    yield case(batch, draw.integers(3, low=-80, high=80), requirement=RIGHT_ANY)
    one = draw.integers(1, 2, 3, low=0, high=256).to(torch.uint8)
    yield case(one, torch.tensor([90]), requirement=NOTHING_WRAPS)
    pair = draw.integers(2, 2, 2, low=90, high=160).to(torch.uint8)
    yield pair, draw.integers(2, low=-80, high=80)


def broken(images, amounts):
    images += amounts
    return images.clamp(0, 255)


def reference(images, amounts):
    return (images.int() + amounts[:, None, None]).clamp(0, 255).to(torch.uint8)


def _columns(images, amounts):
    return (images + amounts).clamp(0, 255).to(torch.uint8)


def _in_place(images, amounts):
    images += amounts[:, None, None]
    return images.clamp(0, 255)


def _on_a_copy(images, amounts):
    copy = images.clone()
    copy += amounts[:, None, None]
    return copy.clamp(0, 255)


def _amounts_by_row(images, amounts):
    return (images.int() + amounts[None, :, None]).clamp(0, 255).to(torch.uint8)


mistakes = [
    mistake(
        broken,
        "Nothing is mended yet. Three questions: which dimension do the amounts meet, what happens to "
        "250 + 30 in uint8, and whose tensor does `+=` write into?",
    ),
    mistake(
        _columns,
        "Two of three bugs are gone. The amounts still meet the columns: `(n,)` is lined up from the "
        "right. They need the shape `(n, 1, 1)`.",
    ),
    mistake(
        lambda images, amounts: (images.int() + amounts[:, None]).clamp(0, 255).to(torch.uint8),
        "The amounts meet the rows now. `(n, 1)` is lined up from the right, and a picture has two dimensions "
        "after the first: they need the shape `(n, 1, 1)`.",
    ),
    mistake(
        _in_place,
        "The amounts meet the pictures now. `+=` still writes into the caller's uint8 tensor, where "
        "250 + 30 wraps around to 24.",
    ),
    mistake(
        _on_a_copy,
        "The caller's tensor is safe now, but 250 + 30 has become 24 before `clamp` sees it. Add and clamp "
        "in a wider dtype, and go back to uint8 last.",
    ),
    mistake(
        lambda images, amounts: (images + amounts[:, None, None]).clamp(0, 255),
        "The values are right; the dtype became int64. A picture goes back to uint8 after `clamp`.",
    ),
]
alternatives = [
    lambda images, amounts: (images.float() + amounts.view(-1, 1, 1)).clamp(min=0, max=255).byte(),
    lambda images, amounts: torch.stack(
        [(p.to(torch.int64) + a).clamp(0, 255) for p, a in zip(images, amounts, strict=True)]
    ).to(images.dtype),
    lambda images, amounts: (images + amounts[:, None, None]).clip(0, 255).type(torch.uint8),
    lambda i, a: torch.stack(
        [(p.short() + n).clamp(0, 255) for p, n in zip(i, a.tolist(), strict=True)]
    ).byte(),
]
also_wrong = [
    _amounts_by_row,
    lambda i, a: (i.int() + a[:, None, None]).clamp(max=255).to(torch.uint8),
    lambda i, a: (i.int() + a[:, None, None]).clamp(0, 256).to(torch.uint8),
    lambda i, a: (i + a[:, None, None]).clamp(0, 255).float(),
    lambda i, a: i.clamp(0, 255) + a[:, None, None],
]
hints = [
    "There are three bugs. Try `brighten` on one small picture and look at the input afterwards, too.",
    "`images + amounts[:, None, None]` makes a new tensor in a dtype that holds 280 and −32.",
    "Clamp that, then `.to(torch.uint8)`.",
]
