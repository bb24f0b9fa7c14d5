"""Ways to write one answer, the softmax of the lesson on activations. Each is a list of cells; "CHECK" stands where
the check is."""
