"""Pictures: one, a grid, with predictions, the worst mistakes, filters.

A picture's layout follows from its number of dimensions alone, never from its sizes, and is torch's: (h, w) or
(c, h, w) for one picture, (n, h, w) or (n, c, h, w) for a batch, with c = 1 for grey and c = 3 for red, green, blue.
Arrays with the channels last are drawn where the call says `channels_last=True`.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from helpers.plots.style import BLUE, ORANGE, axes_or_new, numbers, styled

__all__ = ["filter_grid", "image_grid", "one_image", "prediction_grid", "worst_mistakes"]

MOST_COLUMNS = 8


@styled
def image_grid(
    images: ArrayLike,
    labels: Sequence[str] = (),
    *,
    columns: int | None = None,
    white: float | None = None,
    channels_last: bool = False,
    title: str = "",
) -> Figure:
    """Draw a batch of pictures in a grid, a panel each, with its label above.

    Example: `image_grid(batch[:12], [names[k] for k in classes[:12]], title="Twelve garments")`.

    Args:
        images: (n, h, w) or (n, c, h, w) with c = 1 or 3, as torch has them.
        columns: how many pictures stand side by side.
        white: the value drawn white; without it 255 for whole numbers, otherwise the largest value, at least 1.
        channels_last: images are (n, h, w, c) instead.

    Raises:
        ValueError: no batch of pictures, or another number of labels.
    """
    pictures = _pictures(images, channels_last=channels_last)
    if len(labels) not in (0, len(pictures)):
        raise ValueError(f"{len(labels)} labels for images of shape {np.shape(images)}")
    fig, axes = _grid(len(pictures), columns, pictures.shape[2] / pictures.shape[1])
    scale = white or (255 if pictures.dtype.kind in "iu" else max(1.0, float(pictures.max())))
    for number, (ax, picture) in enumerate(zip(axes, pictures, strict=False)):
        ax.imshow(np.clip(picture / scale, 0, 1), cmap="gray", vmin=0, vmax=1)
        ax.set_title(labels[number] if len(labels) else "", fontsize=9.5, fontweight="normal")
    fig.suptitle(title)
    return fig


@styled
def prediction_grid(
    images: ArrayLike,
    predictions: ArrayLike,
    targets: ArrayLike,
    class_names: Sequence[str],
    *,
    sure: ArrayLike | None = None,
    columns: int | None = None,
    white: float | None = None,
    title: str = "",
) -> Figure:
    """Draw pictures with what the model says, a panel each; a wrong answer has a frame, a cross and the truth.

    Example: `prediction_grid(X[:10], guess[:10], y[:10], names, sure=p.max(1).values[:10])`.

    Args:
        images: (n, h, w) or (n, c, h, w). predictions, targets: classes (n,).
        sure: probability of the answer (n,), from 0 to 1.
        columns, white: as for `image_grid`.

    Raises:
        ValueError: lengths that differ.
    """
    said = numbers(predictions, "predictions", 1).astype(int)
    truth = numbers(targets, "targets", 1).astype(int)
    share = None if sure is None else numbers(sure, "sure", 1)
    lengths = {len(_pictures(images)), len(said), len(truth), len(said if share is None else share)}
    if len(lengths) != 1:
        raise ValueError(
            f"images {tuple(np.shape(images))}, predictions {said.shape} and targets {truth.shape} "
            "differ in length"
        )
    words = []
    for place, (guess, right) in enumerate(zip(said, truth, strict=True)):
        percent = "" if share is None else f" {share[place]:.0%}"
        wrong = "" if guess == right else f"\nis {class_names[right]}"
        words.append(f"{'✓' if guess == right else '✗'} {class_names[guess]}{percent}{wrong}")
    fig = image_grid(images, words, columns=columns, title=title, white=white)
    for ax, good in zip(fig.axes, said == truth, strict=False):
        ax.title.set_color(BLUE if good else ORANGE)
        ax.title.set_fontweight("normal" if good else "bold")
        for side in ax.spines.values():
            side.set(visible=True, color=BLUE if good else ORANGE, linewidth=1 if good else 3)
    return fig


@styled
def worst_mistakes(
    images: ArrayLike,
    probabilities: ArrayLike,
    targets: ArrayLike,
    class_names: Sequence[str],
    *,
    count: int = 8,
    white: float | None = None,
    title: str = "",
) -> Figure:
    """Draw the wrong answers that the model was surest of, a panel each, the surest first.

    Example: `worst_mistakes(X_test, probabilities, y_test, names, count=8)`.

    Args:
        images: (n, h, w) or (n, c, h, w). probabilities: (n, k). targets: classes (n,).
        count: how many are drawn at most.

    Raises:
        ValueError: shapes that do not fit, or no mistakes at all.
    """
    table = numbers(probabilities, "probabilities", 2)
    truth = numbers(targets, "targets", 1).astype(int)
    if len(table) != len(truth):
        raise ValueError(f"probabilities {table.shape} and targets {truth.shape} differ in length")
    said = table.argmax(axis=1)
    wrong = np.flatnonzero(said != truth)
    if not wrong.size:
        raise ValueError("the model made no mistake: nothing to draw")
    worst = wrong[np.argsort(-table[wrong].max(axis=1), kind="stable")][:count]
    pictures = numbers(images, "images", (3, 4))[worst]
    title = title or f"The {len(worst)} surest of {len(wrong)} mistakes in {len(truth)} answers"
    options = {"sure": table[worst].max(axis=1), "title": title, "white": white}
    return prediction_grid(pictures, said[worst], truth[worst], class_names, **options)


@styled
def filter_grid(weights: ArrayLike, *, columns: int | None = None, title: str = "") -> Figure:
    """Draw the filters of a layer as little pictures, a panel each, stretched to its own range.

    Example: `filter_grid(network.conv1.weight, title="The first layer looks for edges and colours")`.

    Args:
        weights: (out, c, h, w) with c = 1 or 3, as torch has them, or (out, h, w).
        columns: how many filters stand side by side.

    Raises:
        ValueError: another shape.
    """
    filters = _pictures(weights, "weights", "out").astype(float)
    flat = filters.reshape(len(filters), -1)
    low, high = flat.min(axis=1), flat.max(axis=1)
    stretch = np.where(high > low, high - low, 1)
    shape = (-1,) + (1,) * (filters.ndim - 1)
    filters = (filters - low.reshape(shape)) / stretch.reshape(shape)
    columns = columns or min(16, len(filters))
    fig, axes = _grid(len(filters), columns, 1.0, labelled=False)
    for ax, picture in zip(axes, filters, strict=False):
        ax.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    fig.suptitle(title)
    return fig


@styled
def one_image(
    image: ArrayLike, *, channels_last: bool = False, title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw one picture with the numbers of its rows and columns.

    Example: `one_image(batch[1], title="Index 1 is the second picture")`.

    Args:
        image: (h, w) or (c, h, w) with c = 1 or 3, as torch has it.
        channels_last: the image is (h, w, c) instead.

    Raises:
        ValueError: another shape.
    """
    batch = numbers(image, "image", (2, 3))[None]
    picture = _pictures(batch, "image", "", channels_last=channels_last)[0]
    ax = axes_or_new(ax, 4.0, 4.0)
    scale = 255 if picture.dtype.kind in "iu" else max(1.0, float(picture.max()))
    ax.imshow(np.clip(picture / scale, 0, 1), cmap="gray", vmin=0, vmax=1)
    ax.set(xlabel="column in pixels", ylabel="row in pixels")
    ax.set_title(title)
    return ax


def _pictures(
    images: ArrayLike, name: str = "images", count: str = "n", *, channels_last: bool = False
) -> np.ndarray:
    """Return (n, h, w) or (n, h, w, 3), as matplotlib draws them; `name` and `count` are the caller's words."""
    pictures = numbers(images, name, (3, 4))
    first, given = (f"{count}, ", pictures.shape) if count else ("", pictures.shape[1:])
    if pictures.ndim == 4:
        if not channels_last:
            pictures = np.moveaxis(pictures, 1, 3)
        if pictures.shape[3] not in (1, 3):
            order = "h, w, c" if channels_last else "c, h, w"
            raise ValueError(
                f"{name} must be ({first}h, w) or ({first}{order}) with c = 1 or 3, not {given}; "
                "put the dimensions in this order with permute"
            )
        if pictures.shape[3] == 1:
            pictures = pictures[..., 0]
    if not pictures.size:
        raise ValueError(f"{name} of shape {given}: nothing to draw")
    return pictures


def _grid(
    count: int, columns: int | None, ratio: float, *, labelled: bool = True
) -> tuple[Figure, list[Axes]]:
    across = columns or min(count, MOST_COLUMNS if labelled else 16)
    if across < 1:
        raise ValueError(f"columns must be at least 1, not {columns}")
    rows = -(-count // across)
    wide = min(1.6, 9.0 / across)
    size = (max(3.0, wide * across), rows * (wide / ratio + (0.5 if labelled else 0.05)) + 0.5)
    fig, axes = plt.subplots(rows, across, figsize=size, squeeze=False, layout="constrained")
    panels = list(axes.ravel())
    for number, ax in enumerate(panels):
        ax.set(xticks=[], yticks=[])
        for side in ax.spines.values():
            side.set_visible(False)
        if number >= count:
            ax.remove()
    return fig, panels[:count]
