"""What the lessons use beside torch: checks, plots, explorations, data. Importing it changes nothing."""
