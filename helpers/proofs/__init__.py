"""Proofs of a lesson: of each declaration (`declarations`) and of both editions of its notebook (`editions`).

`python -m helpers.lessons prove 16_my_topic` carries them out for a teacher, the course's own tests
for its lessons.
"""
