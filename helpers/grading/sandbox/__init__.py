"""Where students' programs run: they reach no network, no file of the marker's, and no right answer.

`sandbox` is the marker's side; `isolation` is what keeps programs in; `export` makes the copy of the lessons that they
see; `provisioner` is Jupyter's way to a kernel there. `fork_server`, with `kernel`, `inside` and `system`, runs inside.
What both sides say to each other stands in `protocol`. `open_kernel` does without all that.
"""
