"""nbgrader's settings of this course: those of the deep learning course, and where its own lessons lie."""

from helpers.grading.settings import use

c = get_config()  # noqa: F821 - given by traitlets
use(c, __file__)
c.Lessons.lesson_folders = ["lessons"]
