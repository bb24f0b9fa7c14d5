"""What runs beside the learner's code: drivers call it, builders make its inputs. No answers live here.

A driver takes the learner's answer and a case's inputs and returns what happened as plain values; the
judge lets it run the reference in the same way and compares. While a submission is marked, this package
is all that the student's process has of the checks: nothing in it may give an answer away.
"""
