"""The lessons: a package for each, which holds all that belongs to it, wherever it comes from.

    from helpers.lessons.tensors import check, demos

The packages lie in this folder, in folders that a teacher names (`helpers.lessons.places.folders`), from which
they are imported as though they lay here, or in any installed package with an entry point in the group
`helpers.lessons`.

    python -m helpers.lessons list
    python -m helpers.lessons new 16_my_topic
    python -m helpers.lessons prove 16_my_topic
"""

from helpers.lessons.places import folders
from helpers.lessons.registry import lesson, lesson_ids, lessons, progress

__all__ = ["folders", "lesson", "lesson_ids", "lessons", "progress"]

__path__ += [str(folder) for folder in folders()]
