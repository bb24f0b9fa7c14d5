"""What several exercises of this lesson use."""

SMALL, OTHER = "right for a small example", "right for other sizes"

NO_LOOP = "The point of this exercise is to let tensor operations do the looping."

WITHOUT_A_LOOP = (
    "Without a loop: no `for`, `while` or comprehension, and nothing that loops unseen, such as `map` "
    "or `vmap`"
)
