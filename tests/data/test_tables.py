"""Tables and series: shapes, classes and values known from their sources."""

import pytest
import torch

from helpers import data

# loader: rows, columns, samples per class (empty for regression)
CLASSES = {
    data.penguins: (333, 4, [146, 68, 119]),
    data.iris: (150, 4, [50, 50, 50]),
    data.wine: (178, 13, [59, 71, 48]),
    data.breast_cancer: (569, 30, [212, 357]),
    data.diabetes: (442, 10, []),
    data.auto_mpg: (392, 7, []),
}
# loader, column, its mean: from the papers and packages that document the data
MEANS = [
    (data.penguins, "body mass", 4207.057),
    (data.penguins, "flipper length", 200.967),
    (data.iris, "petal length", 3.758),
    (data.iris, "sepal width", 3.0573),
    (data.wine, "proline", 746.893),
    (data.breast_cancer, "mean radius", 14.1273),
    (data.diabetes, "age", 48.518),
    (data.auto_mpg, "weight", 2977.584),
    (data.auto_mpg, "origin", 1.57653),
]


@pytest.mark.parametrize("loader", CLASSES, ids=lambda loader: loader.__name__)
def test_shapes_types_and_names_fit_together(loader):
    rows, columns, per_class = CLASSES[loader]
    table = loader()
    assert table.features.shape == (rows, columns)
    assert table.features.dtype == torch.float32
    assert table.target.shape == (rows,)
    assert len(table) == rows
    assert len(table.feature_names) == len(set(table.feature_names)) == columns
    assert len(table.units) == columns
    assert table.features.isfinite().all()
    if per_class:
        assert table.target.dtype == torch.int64
        assert torch.bincount(table.target).tolist() == per_class
        assert len(table.target_names) == len(per_class)
    else:
        assert table.target.dtype == torch.float32
        assert table.target_names == ()


@pytest.mark.parametrize(("loader", "column", "mean"), MEANS)
def test_the_mean_of_a_column_is_the_known_one(loader, column, mean):
    table = loader()
    values = table.features[:, table.feature_names.index(column)]
    assert values.double().mean().item() == pytest.approx(mean, rel=1e-4)


def test_regression_targets_have_their_known_means():
    assert data.diabetes().target.double().mean().item() == pytest.approx(152.1335, abs=1e-3)
    assert data.auto_mpg().target.double().mean().item() == pytest.approx(23.44592, abs=1e-4)


def test_the_first_penguin_and_the_first_car_are_those_of_the_files():
    penguins, cars = data.penguins(), data.auto_mpg()
    torch.testing.assert_close(penguins.features[0], torch.tensor([39.1, 18.7, 181.0, 3750.0]))
    assert penguins.target_names[penguins.target[0]] == "Adelie"
    expected = torch.tensor([8.0, 307.0, 130.0, 3504.0, 12.0, 70.0, 1.0])
    torch.testing.assert_close(cars.features[0], expected)
    assert cars.target[0] == 18.0


def test_gentoo_penguins_are_the_heaviest_so_that_names_and_numbers_agree():
    penguins = data.penguins()
    mass = penguins.features[:, 3]
    means = [mass[penguins.target == k].mean() for k in range(3)]
    assert penguins.target_names[torch.stack(means).argmax()] == "Gentoo"


def test_sunspots_are_309_years_in_order_with_their_known_extremes():
    series = data.sunspots()
    assert torch.equal(series.times, torch.arange(1700, 2009))
    assert series.values.dtype == torch.float32
    assert series.times[series.values.argmax()] == 1957
    assert series.values.max().item() == pytest.approx(190.2)
    assert series.values.double().mean().item() == pytest.approx(49.7521, abs=1e-3)
