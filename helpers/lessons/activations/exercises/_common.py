"""What several exercises of this lesson use."""

BY_HAND = "Here the function itself is the exercise: build it from `torch.exp` and arithmetic."
