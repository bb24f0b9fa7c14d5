"""Predict two shapes."""

from helpers.checks.exercise import ValueExercise, mistake

kind = ValueExercise
requirements = {"the sum": 1, "the product": 1}
parts = {"sum": "the sum", "product": "the product"}
reference = {"sum": (2, 3), "product": (2, 2)}
mistakes = [mistake({"product": (3, 3)}, "The inner sizes vanish, the outer ones stay.")]
