"""nbgrader's settings for a course: solutions/ is its source, notebooks/ its release.

A course's own `nbgrader_config.py` takes them over in one line, and says afterwards what is to be different::

    from helpers.grading.settings import use

    c = get_config()
    use(c, __file__)
    c.Lessons.lesson_folders = ["lessons"]
"""

from pathlib import Path

from traitlets.config import Config

from helpers.grading.pages import FILTERS, TEMPLATE
from helpers.grading.release import gradebook_url, make_course_folder


def use(c: Config, config_file: str | Path, course_id: str = "deep_learning") -> None:
    """Put the settings of this course into `c`: folders, gradebook, release, sandbox, pages.

    Args:
        c: what `get_config()` gives in a `nbgrader_config.py`.
        config_file: that file, `__file__`: its folder is the course's.
        course_id: the name of the course in an exchange.
    """
    root = Path(config_file).resolve().parent
    make_course_folder(root)

    c.CourseDirectory.root = str(root)
    c.CourseDirectory.course_id = course_id
    c.CourseDirectory.source_directory = "solutions"
    c.CourseDirectory.release_directory = "notebooks"
    c.CourseDirectory.submitted_directory = "course/submitted"
    c.CourseDirectory.autograded_directory = "course/autograded"
    c.CourseDirectory.feedback_directory = "course/feedback"
    c.CourseDirectory.db_url = gradebook_url(root)
    c.NotebookExporter.optimistic_validation = True  # once, and not after each step
    c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__"]

    # Who handed a file in is found out from its place and its name: those of Moodle, Canvas and of this course, such
    # as ada_01_tensors.ipynb; and whatever else this expression finds. What is there already is replaced by newer
    # work alone.
    c.ZipCollectApp.downloaded_directory = "course/downloaded"
    c.ZipCollectApp.extractor_plugin = "helpers.grading.collecting.plugins.Extract"
    c.ZipCollectApp.collector_plugin = "helpers.grading.collecting.plugins.Collect"
    c.ZipCollectApp.force = True
    c.FileNameCollectorPlugin.named_regexp = (
        r".*/(?P<student_id>[^/]+?)_(?P<file_id>\d\d_[a-z_]+)\.ipynb"
    )

    # A stub runs and returns nothing, so that "Run All" on an untouched lesson raises no exception.
    c.GiveStubs.code_stub = {"python": "# YOUR CODE HERE\n..."}
    c.GiveStubs.text_stub = "*Your answer:*"

    # A lesson is released whole or not at all: the old learner edition stays until the new one is complete.
    c.GenerateAssignment.exporter_class = "helpers.grading.assignment.WholeExporter"
    c.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter",
        "nbgrader.preprocessors.InstantiateTests",
        "nbgrader.preprocessors.LockCells",
        "helpers.grading.stubs.GiveStubs",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]

    # A copied, deleted or retyped cell is put right before the marking instead of stopping it. The metadata are made
    # anew from the gradebook, so there is nothing for CheckCellMetadata to find.
    c.Autograde.exporter_class = "helpers.grading.tolerant.TolerantExporter"
    c.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "helpers.grading.restore.RestoreCells",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
    ]

    # Submissions run in a sandbox; the lessons' checks are judged outside it.
    c.Autograde.autograde_preprocessors = [
        "helpers.grading.execute.Execute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "helpers.grading.pages.store.Harmless",
        "helpers.grading.save.SaveMarks",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]

    # Both pages that show a student's work, the formgrader's and the feedback page, are nbgrader's own with one layer
    # of this course: texts and outputs are made harmless after they are rendered.
    c.HTMLExporter.template_file = str(TEMPLATE)
    c.HTMLExporter.filters = FILTERS

    # The feedback page shows a graded cell as the learner knows it, without the hidden tests.
    c.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "helpers.grading.feedback.HideHiddenTests",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
