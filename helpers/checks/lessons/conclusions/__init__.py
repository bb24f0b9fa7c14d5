"""What the judge concludes from what a driver saw: pure functions, one module per lesson, named in `conclude`.

A driver runs in the process of the learner's code, where anything can be made up. So it reports numbers that hang
on the inputs, which a marker draws, and these functions work out on the judge's side what those numbers would be.
A fact that only the process itself can tell, such as a mode, counts where it agrees with such numbers.
"""
