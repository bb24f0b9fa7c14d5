"""Explorations: a picture with sliders and buttons to play with.

The picture is an ordinary output, so that it stands there as a still where no kernel runs (on GitHub, in
an HTML page); the controls redraw it in place. One module per lesson.
"""

from helpers.demos.explore import Exploration, choice, explore, slider, switch, whole_slider

__all__ = ["Exploration", "choice", "explore", "slider", "switch", "whole_slider"]
