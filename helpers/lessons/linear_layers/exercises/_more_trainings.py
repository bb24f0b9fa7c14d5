"""What goes wrong with epochs and with the list of mistakes, in whichever training of this lesson."""

from helpers.checks.exercise import mistake


def _of_list(train, changed):
    """Return a training whose list of mistakes is what `changed` makes of the right one."""

    def answer(*given):
        w, b, mistakes = train(*given)
        return w, b, changed(mistakes, given[-1])

    return answer


def _with_epochs(train, changed):
    """Return a training that takes `changed(epochs)` for its number of epochs."""
    return lambda *given: train(*given[:-1], changed(given[-1]))


def _filled(mistakes, epochs):
    return mistakes + [0] * (epochs - len(mistakes))


def _summed(mistakes):
    return [sum(mistakes[: k + 1]) for k in range(len(mistakes))]


def _forgetting(train):
    def answer(*given):
        w, b, first = train(*given[:-1], 1)
        return w, b, first if first == [0] else first * given[-1]

    return answer


def _keeping_the_list(train, first):
    """Return a training that goes on with the list of earlier calls.

    Each check begins with a single epoch on an X of the shape `first`.
    """
    kept = []

    def answer(X, *others):
        if X.shape == first and others[-1] == 1:
            kept.clear()
        w, b, mistakes = train(X, *others)
        kept.extend(mistakes)
        return w, b, list(kept)

    return answer


def _of_epochs(train, first, limit):
    """Return the mistakes, for a first X of the shape `first` and a fixed number of epochs that learners write."""
    return [
        mistake(
            _of_list(train, _filled),
            "The weights are right, but the training goes on after an epoch without mistakes. `break` ends the "
            "loop.",
        ),
        mistake(
            _of_list(train, lambda mistakes, epochs: [m for m in mistakes if m]),
            "The weights are right, but the list lacks the last epoch, the one without mistakes. Append first, "
            "then ask whether to stop.",
        ),
        mistake(
            _of_list(train, lambda mistakes, epochs: _summed(mistakes)),
            "Your count goes on growing from epoch to epoch. Set it back to 0 at the start of each.",
        ),
        mistake(
            _of_list(train, lambda m, epochs: _summed(_filled(m, epochs) if any(m) else m)),
            "Your count goes on growing from epoch to epoch, so it is never 0 again and nothing stops the training. "
            "Set it back to 0 at the start of each.",
        ),
        mistake(
            _of_list(train, lambda mistakes, epochs: mistakes[-1]),
            "You return the count of the last epoch alone. The list has one for each epoch: append it when the epoch "
            "ends.",
        ),
        mistake(
            _forgetting(train),
            "Each epoch starts again from weights of 0. Make weights and bias once, before the first epoch.",
        ),
        mistake(
            _with_epochs(train, lambda epochs: limit),
            f"Your training may take {limit} epochs, whatever the caller says. The limit is the argument `epochs`.",
        ),
        mistake(
            _with_epochs(train, lambda epochs: epochs + 1),
            "You train one epoch too many: at the latest it ends after `epochs` of them, and `range(epochs)` has just "
            "that many.",
        ),
        mistake(
            _with_epochs(train, lambda epochs: epochs - 1),
            "You train one epoch too few. `range(1, epochs)` leaves out one: `range(epochs)` has as many as are asked "
            "for.",
        ),
        mistake(
            _with_epochs(train, lambda epochs: 1),
            "There is only ever one epoch: see how far `return` or `break` is indented. Only an epoch without mistakes "
            "ends the training early.",
        ),
        mistake(
            _keeping_the_list(train, first),
            "Your list of mistakes still holds those of earlier calls. Make it inside the function: a list outside of "
            "it, or a default value such as `mistakes=[]`, is made once and for all.",
        ),
    ]
