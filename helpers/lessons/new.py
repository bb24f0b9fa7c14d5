"""Lay out a lesson: its package, its notebook, and a course's settings where there are none yet."""

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.lessons.places import CONFIG, SETTING, Course, course
from helpers.lessons.registry import origins

HELPERS = Path(__file__).resolve().parents[1]
TEMPLATES = Path(__file__).parent / "templates"
_ID, _TOPIC = "16_my_topic", "my_topic"  # what the templates are called
_PACKAGE = f"helpers.lessons.{_TOPIC}"
_SHAPE = re.compile(r"\d\d_([a-z]+(?:_[a-z]+)*)")
_LONGEST = 40
_DECLARED = re.compile(r"Lesson\(\s*__name__,\s*[\"'](\d\d_\w+)[\"']")
_OWN = "lessons"  # the folder of a course's lessons, where its settings name none


class Refused(ValueError):
    """A lesson cannot be laid out; the message says what to do."""


@dataclass(frozen=True)
class Layout:
    """A lesson that is laid out, or is to be.

    Attributes:
        files: what stands in each file.
        advice: what is left to be done before the lesson is found, or "".
    """

    files: Mapping[Path, str]
    advice: str = ""


def layout(lesson: str, folder: str | None = None, start: Path | None = None) -> Layout:
    """Return a working lesson with one exercise of each common kind; nothing is written.

    Args:
        lesson: its id, two digits and a topic in small letters: "16_my_topic".
        folder: where its package goes, from the course's folder on. Left out: in the course itself among
            `helpers/lessons`; elsewhere the first folder that the nbgrader_config.py names, or `lessons`.
        start: where to look for the course, at or above; left out: the working folder.

    Raises:
        Refused: the id is none or is taken, or a file is there already.
    """
    topic = _topic(lesson)
    here = course(start)
    place = _place(here, folder)
    _refuse_taken(lesson, topic, here)
    files = dict(_planned(lesson, topic, place, here))
    for path in (place / topic, *files):
        if path.exists():
            raise Refused(f"{path} is there already, and nothing is overwritten: choose another id")
    return Layout(files, _advice(here, place))


def new(lesson: str, folder: str | None = None, start: Path | None = None) -> Layout:
    """Write a working lesson; arguments as `layout` has them.

    Raises:
        Refused: the id is none or is taken, a file is there already, or cannot be written.
    """
    laid = layout(lesson, folder, start)
    try:
        for file, content in laid.files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(content)
    except OSError as error:
        raise Refused(f"cannot write {error.filename}: {error.strerror}") from None
    return laid


def _topic(lesson: str) -> str:
    shape = _SHAPE.fullmatch(lesson)
    if not shape or keyword.iskeyword(shape.group(1)) or len(lesson) > _LONGEST:
        raise Refused(
            f"{lesson!r} is no id of a lesson: two digits and a topic in small letters, at most {_LONGEST} signs, as "
            f"in {_ID}"
        )
    return shape.group(1)


def _place(here: Course, folder: str | None) -> Path:
    """Return the folder that the lesson's package goes into."""
    if folder is not None:
        return (here.root / Path(folder).expanduser()).resolve()
    if here.root == HELPERS.parent and not here.lesson_folders:
        return HELPERS / "lessons"
    return here.lesson_folders[0] if here.lesson_folders else here.root / _OWN


def _refuse_taken(lesson: str, topic: str, here: Course) -> None:
    for origin in origins():
        if origin.package.rpartition(".")[2] == topic and origin.package.startswith("helpers."):
            raise Refused(
                f"the topic {topic!r} is taken by {origin.package} ({origin.source}): choose another"
            )
        package = origin.folder()
        file = package / "__init__.py" if package else None
        declared = (
            _DECLARED.search(file.read_text(encoding="utf-8")) if file and file.is_file() else None
        )
        if declared and declared.group(1) == lesson:
            raise Refused(f"the id {lesson!r} is taken by {origin.package}: choose another")
    if (HELPERS / "lessons" / topic).exists() or (HELPERS / "lessons" / f"{topic}.py").exists():
        raise Refused(f"the topic {topic!r} is a word that the course needs itself: choose another")
    notebook = here.notebook(lesson)
    if notebook.parent.exists():
        raise Refused(f"{notebook.parent} is there already: choose another id")


def _planned(lesson: str, topic: str, place: Path, here: Course) -> Iterator[tuple[Path, str]]:
    """Yield each file with its content."""
    if not here.has_config:
        for name in (CONFIG, "ruff.toml"):
            content = (TEMPLATES / name).read_text(encoding="utf-8")
            if name == CONFIG or not (here.root / name).exists():
                yield here.root / name, content.replace(f'["{_OWN}"]', f'["{_named(here, place)}"]')
    for file in sorted((TEMPLATES / _TOPIC).rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            inside = file.relative_to(TEMPLATES / _TOPIC)
            yield place / topic / inside, _filled(file, lesson, topic)
    yield here.notebook(lesson), _filled(TEMPLATES / f"{_ID}.ipynb", lesson, topic)


def _filled(file: Path, lesson: str, topic: str) -> str:
    text = file.read_text(encoding="utf-8")
    return text.replace(_PACKAGE, f"helpers.lessons.{topic}").replace(_ID, lesson)


def _named(here: Course, place: Path) -> str:
    """Return how the settings name a folder."""
    inside = place.is_relative_to(here.root)
    return (place.relative_to(here.root) if inside else place).as_posix()


def _advice(here: Course, place: Path) -> str:
    if not here.has_config or place in here.lesson_folders or place == HELPERS / "lessons":
        return ""
    names = [_named(here, p) for p in (*here.lesson_folders, place)]
    line = f"c.{SETTING} = [{', '.join(f'{name!r}' for name in names)}]".replace("'", '"')
    return f"The lesson is found when {here.root / CONFIG} says\n\n    {line}\n"
