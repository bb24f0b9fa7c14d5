"""Predict two shapes."""

from helpers.checks.exercise import ValueExercise

kind = ValueExercise
requirements = {"the sum": 1, "the product": 1}
parts = {"sum": "the sum", "product": "the product"}
reference = {"sum": (2, 3), "product": (2, 2)}
