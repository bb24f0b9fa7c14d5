"""Answers, changes to the notebook, and files beside it."""

import nbformat

# Answers to the exercises; `relu` must not be had by a shortcut, however it is written.
ANSWERS = {
    "shortcut by another name": {
        "relu": "from torch import relu as r\ndef relu(x):\n    return r(x)"
    },
    "shortcut by assignment": {
        "relu": "r = torch.nn.functional.relu\ndef relu(x):\n    return r(x)"
    },
    "shortcut by getattr": {"relu": "def relu(x):\n    return getattr(torch, 're' + 'lu')(x)"},
    "shortcut behind globals": {"relu": "globals()['relu'] = lambda x: torch.relu(x)"},
    "forged source": {
        "relu": "import helpers.checks.probe as p\n"
        "p.source_of = lambda answer: 'def relu(x):\\n    return x * (x > 0)'\n"
        "p.names_used = lambda answer: []\n"
        "def relu(x):\n    return torch.relu(x)"
    },
    "answers only for what is shown": {
        "relu": "def relu(x):\n    if len(x) == 2:\n        return torch.tensor([0.5, 0.0])\n    return -x"
    },
}


def edited_points(notebook: nbformat.NotebookNode) -> None:
    """Raise the points of every cell."""
    for cell in notebook.cells:
        if "points" in cell.metadata.get("nbgrader", {}):
            cell.metadata.nbgrader.points = 1000


def ungraded(notebook: nbformat.NotebookNode) -> None:
    """Declare that no check is to be marked."""
    for cell in notebook.cells:
        if cell.id.endswith("_check"):
            cell.metadata.nbgrader.grade = False


def answered_by_hand(notebook: nbformat.NotebookNode) -> None:
    """Declare that the checks are the student's own solutions."""
    for cell in notebook.cells:
        if cell.id.endswith("_check"):
            cell.metadata.nbgrader.update(solution=True, locked=False)


def rewritten_checks(notebook: nbformat.NotebookNode) -> None:
    """Write points in place of the checks."""
    for cell in notebook.cells:
        if cell.id.endswith("_check"):
            cell.source = "1.0"


def skipped(notebook: nbformat.NotebookNode) -> None:
    """Ask for no cell to be run: a graded cell without output earns all points."""
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception"]


def no_metadata(notebook: nbformat.NotebookNode) -> None:
    """Take away what makes the cells nbgrader's."""
    for cell in notebook.cells:
        if cell.id not in ("shapes", "six"):
            cell.metadata.pop("nbgrader", None)


def stored_outputs(notebook: nbformat.NotebookNode) -> None:
    """Hand in outputs that claim all points."""
    data = {"text/plain": "3.0"}
    for cell in notebook.cells:
        if cell.id.endswith("_check"):
            cell.outputs = [nbformat.v4.new_output("execute_result", data=data)]


CHANGES = {
    c.__name__: c
    for c in (
        edited_points,
        ungraded,
        answered_by_hand,
        rewritten_checks,
        skipped,
        no_metadata,
        stored_outputs,
    )
}
FILES = {
    "shadowed modules": {
        "torch.py": "raise SystemExit",
        "helpers.py": "raise SystemExit",
        "helpers/checks.py": "raise SystemExit",
        "numpy/__init__.py": "raise SystemExit",
        "json.py": "raise SystemExit",
    },
    "sitecustomize": {
        "sitecustomize.py": "open('/tmp/attack', 'w')",
        "usercustomize.py": "raise SystemExit",
        ".ipython/profile_default/startup/a.py": "check = None",
        ".ipython/profile_default/ipython_config.py": "raise SystemExit",
    },
}
