"""The exercises: one module each, named like the learner's answer. They do not travel to students' code."""
