"""Real data that work offline, one loader each.

Every loader returns torch tensors with raw values (features and pixels float32, classes int64) and
names; its docstring gives source, licence, units and shapes. The first call reads a file and checks
its sum, later calls answer from memory; each answer is a fresh copy that may be changed freely.

Tables (`Table`: features, target, feature_names, units, target_names)
    penguins        333 × 4, three species
    iris            150 × 4, three species
    wine            178 × 13, three growers
    breast_cancer   569 × 30, malignant or benign
    diabetes        442 × 10, regression: how far a disease goes in a year
    auto_mpg        392 × 7, regression: miles per gallon

A series (`Series`: times, values)
    sunspots        309 years

Pictures (`Images`: pixels, labels, class_names, white)
    digits          1,797 of 8 × 8, ten digits
    mnist           5,000 of 28 × 28, ten digits
    fashion_mnist   8,000 for training and 2,000 for test, 28 × 28, ten kinds of clothing
    fashion_batch   a few of them, to look at
    photographs     121 in colour, 128 × 128: fish, monuments, renewable energy, tools
    showcase_photographs   5 in colour, 224 × 224, for an ImageNet network to name
    photo_credits   author, licence and source of each photograph

A trained network
    imagenet_network       EfficientNet-Lite0 with its ImageNet weights
    imagenet_class_names   the names of its 1,000 classes
    preprocess             raw pixels as it wants them: (pixels - 127) / 128
"""

from helpers.data.files import DataFileError
from helpers.data.images import digits, fashion_batch, fashion_mnist, mnist
from helpers.data.network import imagenet_class_names, imagenet_network, preprocess
from helpers.data.photos import photo_credits, photographs, showcase_photographs
from helpers.data.results import Images, Series, Table
from helpers.data.tables import auto_mpg, breast_cancer, diabetes, iris, penguins, sunspots, wine

__all__ = [
    "DataFileError",
    "Images",
    "Series",
    "Table",
    "auto_mpg",
    "breast_cancer",
    "diabetes",
    "digits",
    "fashion_batch",
    "fashion_mnist",
    "imagenet_class_names",
    "imagenet_network",
    "iris",
    "mnist",
    "penguins",
    "photo_credits",
    "photographs",
    "preprocess",
    "showcase_photographs",
    "sunspots",
    "wine",
]
