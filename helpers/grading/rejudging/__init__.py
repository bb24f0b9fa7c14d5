"""Judging again: a class's marks from the records of its marking, after a check was mended. Nobody's code is run.

A notebook is judged from its records alone (`notebook`); gradebook, marked notebooks and records change for each
submission together (`submissions`), and what changes is told (`changed`, `command`).
"""
