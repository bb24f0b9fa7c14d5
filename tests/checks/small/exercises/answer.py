"""Say what six times seven is."""

from helpers.checks.exercise import ValueExercise

kind = ValueExercise
points = 1
reference = 42
