"""The exercises of each lesson, one module per lesson, named after the lesson's topic."""
