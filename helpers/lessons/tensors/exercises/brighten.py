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


def _stretched(images, amounts):
    wide = images.float() + amounts[:, None, None]
    if wide.min() < 0 or wide.max() > 255:
        wide = (wide - wide.min()) / (wide.max() - wide.min()) * 255
    return wide.to(torch.uint8)


def _cut_off_with_where(images, amounts):
    wide = images.long() + amounts.view(len(amounts), 1, 1).long()
    wide = torch.where(wide < 0, 0, wide)
    return torch.where(wide > 255, 255, wide).to(torch.uint8)


def _with_pictures_last(images, amounts):
    moved = images.permute(1, 2, 0).long() + amounts.long()
    return moved.permute(2, 0, 1).clip(0, 255).type(torch.uint8)


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
    mistake(
        lambda i, a: (i.int() + a[:, None, None]).clamp(max=255).to(torch.uint8),
        "The upper end is right. Below 0 nothing is cut off, so 3 − 40 wraps around and comes out nearly white: "
        "`clamp` wants both ends.",
    ),
    mistake(
        lambda i, a: (i.int() + a[:, None, None]).clamp(min=0).to(torch.uint8),
        "The lower end is right. Above 255 nothing is cut off, so 250 + 30 wraps around to 24: `clamp` wants both "
        "ends.",
    ),
    mistake(
        lambda i, a: (i.int() + a[:, None, None]).clamp(0, 256).to(torch.uint8),
        "256 does not fit into a byte, it wraps around to 0, and white pixels come out black. The largest byte is 255.",
    ),
    mistake(
        lambda i, a: i.clamp(0, 255) + a[:, None, None],
        "You clamped first and added then, so the sums still leave 0 … 255, and the result is no uint8 any more. "
        "Add, then clamp, then go back to uint8.",
    ),
    mistake(
        lambda i, a: (i.int() + a.to(torch.uint8)[:, None, None]).clamp(0, 255).to(torch.uint8),
        "The amounts went through uint8, which knows no negative numbers: −7 has become 249. Leave them as they "
        "are, and widen the pictures.",
    ),
    mistake(
        lambda i, a: (i.to(torch.int8).int() + a[:, None, None]).clamp(0, 255).to(torch.uint8),
        "The pictures went through int8, which ends at 127, so bright pixels became negative. Choose a dtype with room "
        "for everything from −255 to 510.",
    ),
    mistake(
        lambda i, a: (i.int() + a[0]).clamp(0, 255).to(torch.uint8),
        "Every picture gets the first amount. The i-th picture gets the i-th: give `amounts` the shape `(n, 1, 1)`.",
    ),
    mistake(
        lambda i, a: (i.int() + a.abs()[:, None, None]).clamp(0, 255).to(torch.uint8),
        "The sign of the amounts is lost. A negative amount makes its picture darker.",
    ),
    mistake(
        lambda i, a: (i.int() - a[:, None, None]).clamp(0, 255).to(torch.uint8),
        "You subtracted: your pictures get darker where they shall get brighter.",
    ),
    mistake(
        _stretched,
        "Where the sums leave 0 … 255 you squeeze the whole batch into that range, so every pixel changes. Only what "
        "is below 0 or above 255 is set to 0 or 255.",
    ),
]
alternatives = [
    _cut_off_with_where,
    _with_pictures_last,
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
    lambda i, a: (i.int() + a[:, None, None]).clamp(0, 254).to(torch.uint8),
    lambda i, a: (i.int() * a[:, None, None]).clamp(0, 255).to(torch.uint8),
    _amounts_by_row,
    lambda i, a: (i + a[:, None, None]).clamp(0, 255).float(),
]
hints = [
    "There are three bugs. Try `brighten` on one small picture and look at the input afterwards, too.",
    "`images + amounts[:, None, None]` makes a new tensor in a dtype that holds 280 and −32.",
    "Clamp that, then `.to(torch.uint8)`.",
]
