"""For nbval, which reruns the notebooks: a `;` at the end of a cell hides its value there too."""

from nbval.kernel import RunningKernel


def _execute_with_history(self: RunningKernel, cell_input: str, allow_stdin: bool | None = None):
    """Run a cell as nbval does, but keep its text: IPython looks for the `;` in the last cell it remembers."""
    return self.kc.execute(cell_input, allow_stdin=allow_stdin, stop_on_error=False)


def pytest_configure(config) -> None:
    """Replace the method in this process; each worker of a parallel run does the same."""
    RunningKernel.execute_cell_input = _execute_with_history
