"""python -m helpers.grading collect 01_tensors: sort what a class handed in into course/submitted/.

This is `nbgrader zip_collect` with two plug-ins. Who handed a file in is what the LMS or the teacher says: the
outermost name on the way to it that names somebody. What a student called the files within counts for nothing.
"""

from pathlib import Path

from nbgrader.apps.zipcollectapp import ZipCollectApp

from helpers.grading.collecting.bounds import DiskError


class CollectApp(ZipCollectApp):
    """`nbgrader zip_collect` with a summary and an exit status."""

    name = "collect"

    def start(self) -> None:
        """Collect; leaves with 0 if nothing was left out that may be somebody's work, else with 1."""
        root = Path(self.coursedir.root)
        if not (root / "nbgrader_config.py").exists():
            self.fail(f"{root} has no nbgrader_config.py: type the command in the course's folder")
        archive = Path(self._format_collect_path(self.archive_directory))
        if not archive.is_dir():
            self.fail(f"put what was handed in into {archive}: there is no such folder")
        try:
            super().start()
        except DiskError as error:
            self.fail(f"collecting stopped, run it again: {error.strerror}")
        found = self.extractor_plugin_inst.collected
        print(found.summary())
        self.exit(0 if found.whole else 1)
