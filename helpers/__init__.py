"""What the lessons use beside torch: checks, plots, explorations, data. Importing it changes nothing."""

from helpers.requirements import refuse_old_or_missing

refuse_old_or_missing()
