"""Choose the colour of the sky."""

from helpers.checks.exercise import ChoiceExercise, mistake

kind = ChoiceExercise
points = 1
options = {"A": "green", "B": "blue"}
reference = "B"
mistakes = [mistake("A", "That is the grass.")]
