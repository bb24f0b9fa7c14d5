"""Tables of measurements. Values are raw, in their own units: scaling is the lessons' work."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from helpers.data.files import read, remembered
from helpers.data.results import Series, Table

CM, MM = "cm", "mm"


@remembered
def penguins() -> Table:
    """Size measurements of adult penguins of three species near Palmer Station, Antarctica.

    features (333, 4) float32: bill length (mm), bill depth (mm), flipper length (mm), body mass (g).
    target (333,) int64: Adelie 146, Chinstrap 68, Gentoo 119.
    The file has 344 rows; the 11 with a missing measurement or sex are left out.

    Source: Gorman, Williams and Fraser (2014), "Ecological sexual dimorphism and environmental
    variability within a community of Antarctic penguins (genus Pygoscelis)", PLoS ONE 9(3): e90081;
    prepared as `palmerpenguins` by Horst, Hill and Gorman (2020). Licence: CC0.
    """
    columns = {
        "bill_length_mm": ("bill length", MM),
        "bill_depth_mm": ("bill depth", MM),
        "flipper_length_mm": ("flipper length", MM),
        "body_mass_g": ("body mass", "g"),
    }
    rows = [
        row for row in _rows("penguins.csv") if "" not in row.values() and "NA" not in row.values()
    ]
    species = ("Adelie", "Chinstrap", "Gentoo")
    return Table(
        name="penguins",
        features=_numbers(rows, columns),
        target=torch.tensor([species.index(row["species"]) for row in rows]),
        feature_names=tuple(name for name, _ in columns.values()),
        units=tuple(unit for _, unit in columns.values()),
        target_name="species",
        target_names=species,
    )


@remembered
def iris() -> Table:
    """Four lengths of the flowers of three species of iris, 50 flowers each.

    features (150, 4) float32, in cm: sepal length, sepal width, petal length, petal width.
    target (150,) int64: setosa 50, versicolor 50, virginica 50; the rows stand in this order.

    Source: Fisher (1936), "The use of multiple measurements in taxonomic problems", from
    measurements by Anderson; read from scikit-learn's copy. Licence: BSD (that copy).
    """
    raw = _sklearn("load_iris")
    names = tuple(name.removesuffix(" (cm)") for name in raw.feature_names)
    return _table("iris", raw, names, (CM,) * 4, "species")


@remembered
def wine() -> Table:
    """Chemical analysis of wines from three growers of one region in Italy.

    features (178, 13) float32: alcohol, acids, minerals, phenols, colour, proline …; the source
    gives no units.
    target (178,) int64: grower 0: 59, grower 1: 71, grower 2: 48; the rows stand in this order.

    Source: Aeberhard and Forina (1991), "Wine", UCI Machine Learning Repository; read from
    scikit-learn's copy. Licence: CC BY 4.0 (UCI), BSD (copy).
    """
    raw = _sklearn("load_wine")
    raw.target_names = [f"grower {k}" for k in range(3)]
    names = tuple(name.replace("_", " ") for name in raw.feature_names)
    return _table("wine", raw, names, ("",) * 13, "grower")


@remembered
def breast_cancer() -> Table:
    """Shapes of cell nuclei in images of breast tumours, each known to be malignant or benign.

    features (569, 30) float32: mean, standard error and worst value of ten shape measures such as
    radius, texture and concavity, in units of the digitised image (pixels, grey values, ratios).
    target (569,) int64: malignant (0) 212, benign (1) 357.

    Source: Wolberg, Mangasarian, Street and Street (1993), "Breast Cancer Wisconsin (Diagnostic)",
    UCI Machine Learning Repository; read from scikit-learn's copy.
    Licence: CC BY 4.0 (UCI), BSD (copy).
    """
    raw = _sklearn("load_breast_cancer")
    return _table("breast cancer", raw, tuple(raw.feature_names), ("",) * 30, "diagnosis")


@remembered
def diabetes() -> Table:
    """Ten measurements of diabetes patients, and how far the disease went in the following year.

    features (442, 10) float32: age (years), sex (coded 1 and 2), body mass index (kg/m²), mean
    blood pressure (mmHg) and six values of blood serum, for which the source gives no units (total,
    low-density and high-density cholesterol, their ratio total/high, "possibly" the logarithm of
    triglycerides, glucose), all as measured.
    target (442,) float32: a measure of progression one year later, 25 to 346, without a unit.

    Source: Efron, Hastie, Johnstone and Tibshirani (2004), "Least Angle Regression", Annals of
    Statistics 32(2); read from scikit-learn's copy, unscaled. Licence: BSD (copy).
    """
    columns = {
        "age": "years",
        "sex": "",
        "body mass index": "kg/m²",
        "blood pressure": "mmHg",
        "total cholesterol": "",
        "low-density cholesterol": "",
        "high-density cholesterol": "",
        "cholesterol ratio": "",
        "log triglycerides": "",
        "glucose": "",
    }
    raw = _sklearn("load_diabetes", scaled=False)
    raw.target_names = []
    names, units = tuple(columns), tuple(columns.values())
    return _table("diabetes", raw, names, units, "progression after one year")


@remembered
def auto_mpg() -> Table:
    """How far cars of the model years 1970 to 1982 go on a gallon of petrol.

    features (392, 7) float32: cylinders, displacement (cubic inches), power (hp), weight (lb),
    acceleration (seconds from 0 to 60 miles an hour), model year (years since 1900), origin
    (1 USA, 2 Europe, 3 Japan: a code, not a quantity).
    target (392,) float32: miles per US gallon, 9 to 46.6.

    Source: Quinlan (1993), "Auto MPG", UCI Machine Learning Repository, without the six cars whose
    power is unknown, in the copy of Raschka's mlxtend. Licence: CC BY 4.0 (UCI), BSD (copy).
    """
    columns = {
        "cylinders": ("cylinders", ""),
        "displacement": ("displacement", "in³"),
        "horsepower": ("power", "hp"),
        "weight": ("weight", "lb"),
        "acceleration": ("acceleration", "s"),
        "model_year": ("model year", "years since 1900"),
        "origin": ("origin", ""),
    }
    rows = _rows("auto_mpg.csv")
    return Table(
        name="Auto MPG",
        features=_numbers(rows, columns),
        target=torch.tensor([float(row["mpg"]) for row in rows]),
        feature_names=tuple(name for name, _ in columns.values()),
        units=tuple(unit for _, unit in columns.values()),
        target_name="fuel economy",
        target_unit="miles per gallon",
    )


@remembered
def sunspots() -> Series:
    """Mean number of sunspots in each year from 1700 to 2008.

    times (309,) int64: years. values (309,) float32: the yearly mean of the sunspot number
    (dimensionless), 0 to 190.2; the number as counted before its revision of 2015.

    Source: NOAA National Geophysical Data Center, after the Solar Influences Data Analysis Center
    in Brussels; in the copy of statsmodels. Licence: public domain.
    """
    rows = _rows("sunspots.csv")
    return Series(
        name="sunspots",
        times=torch.tensor([int(row["year"]) for row in rows]),
        values=torch.tensor([float(row["sunspots"]) for row in rows]),
        time_unit="year",
        unit="sunspots",
    )


def _rows(file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(read(file).decode("utf-8"))))


def _numbers(rows: list[dict[str, str]], columns: Iterable[str]) -> Tensor:
    columns = tuple(columns)
    return torch.tensor([[float(row[column]) for column in columns] for row in rows])


def _sklearn(loader: str, **options: Any) -> Any:
    from sklearn import datasets  # costs half a second: only for those who use it

    return getattr(datasets, loader)(**options)


def _table(
    name: str, raw: Any, feature_names: tuple[str, ...], units: tuple[str, ...], target_name: str
) -> Table:
    """A Table from scikit-learn's Bunch; values are float32, class numbers int64."""
    classes = tuple(map(str, raw.target_names))
    return Table(
        name=name,
        features=torch.tensor(raw.data, dtype=torch.float32),
        target=torch.tensor(raw.target, dtype=torch.int64 if classes else torch.float32),
        feature_names=tuple(map(str, feature_names)),
        units=units,
        target_name=target_name,
        target_names=classes,
    )
