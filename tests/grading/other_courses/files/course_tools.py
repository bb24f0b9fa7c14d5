"""Given out by the course."""

NAME = "given"
