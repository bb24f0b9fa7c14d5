"""python -m helpers.grading autograde 01_tensors --jobs=8"""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] != ["autograde"]:
        sys.exit("usage: python -m helpers.grading autograde LESSON [--jobs=N] [--no-sandbox]")
    # Not above: workers import this module too, and have no use for the judge.
    from helpers.grading.batch import BatchApp

    BatchApp.launch_instance(sys.argv[2:])
