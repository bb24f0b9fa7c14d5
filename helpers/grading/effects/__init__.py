"""What a notebook's code reads, binds and may change, read off its source without running it.

Everything errs on one side: a change that cannot be ruled out counts as one. Names are those of the notebook's
own namespace; the places in `model` stand for what lies outside of it.
"""
