"""Wrong trainings of a layer, as learners write them."""

import torch


def _move(W, b, row, x, by):
    W[row] += by * x
    b[row] += by


def _largest(W, b, x):
    return (W @ x + b).argmax()


def _right_step(W, b, x, target, guess):
    _move(W, b, target, x, 1)
    _move(W, b, guess, x, -1)


def _trained(X, y, classes, epochs, step=_right_step, guessed=_largest, start=torch.zeros):
    """Train as it is asked, but for the step that is made, the class that is guessed, and the weights at the start."""
    W, b, mistakes = start(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            guess = guessed(W, b, x)
            if guess != target:
                step(W, b, x, target, guess)
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _only_up(*given):
    return _trained(*given, lambda W, b, x, target, guess: _move(W, b, target, x, 1))


def _only_down(*given):
    return _trained(*given, lambda W, b, x, target, guess: _move(W, b, guess, x, -1))


def _turned_round(*given):
    return _trained(*given, lambda W, b, x, target, guess: _right_step(W, b, x, guess, target))


def _all_others_down(*given):
    def step(W, b, x, target, guess):
        for k in range(len(b)):
            _move(W, b, k, x, -1)
        _move(W, b, target, x, 2)

    return _trained(*given, step)


def _all_above_down(*given):
    def step(W, b, x, target, guess):
        scores = W @ x + b
        for k in range(len(b)):
            if k != target and scores[k] >= scores[target]:
                _right_step(W, b, x, target, k)

    return _trained(*given, step)


def _small_steps(*given):
    def step(W, b, x, target, guess):
        _move(W, b, target, x, 0.1)
        _move(W, b, guess, x, -0.1)

    return _trained(*given, step)


def _without_bias(*given):
    def step(W, b, x, target, guess):
        W[target] += x
        W[guess] -= x

    return _trained(*given, step)


def _bias_not_asked(*given):
    return _trained(*given, guessed=lambda W, b, x: (W @ x).argmax())


def _last_of_equals(*given):
    return _trained(
        *given, guessed=lambda W, b, x: len(b) - 1 - (W @ x + b).flip(0).argmax().item()
    )


def _smallest_wins(*given):
    return _trained(*given, guessed=lambda W, b, x: (W @ x + b).argmin())


def _fixed_sizes(X, y, classes, epochs):
    return _trained(X, y, 3, epochs, start=lambda *sizes: torch.zeros(3, 4))


def _random_start(*given):
    return _trained(*given, start=lambda *sizes: 0.01 * torch.randn(*sizes))


def _classes_of_y(X, y, classes, epochs):
    return _trained(X, y, int(y.max()) + 1, epochs)


def _standardised_again(X, y, classes, epochs):
    return _trained((X - X.mean(dim=0)) / X.std(dim=0), y, classes, epochs)


def _in_any_order(X, y, classes, epochs):
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for i in torch.randperm(len(X)):
            guess = _largest(W, b, X[i])
            if guess != y[i]:
                _right_step(W, b, X[i], y[i], guess)
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _guessed_at_once(X, y, classes, epochs):
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        guesses = (X @ W.T + b).argmax(dim=1)
        for x, target, guess in zip(X, y, guesses, strict=True):
            if guess != target:
                _right_step(W, b, x, target, guess)
        mistakes.append(int((guesses != y).sum()))
        if mistakes[-1] == 0:
            break
    return W, b, mistakes


def _counted_afterwards(X, y, classes, epochs):
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            guess = _largest(W, b, x)
            if guess != target:
                _right_step(W, b, x, target, guess)
        mistakes.append(int(((X @ W.T + b).argmax(dim=1) != y).sum()))
        if mistakes[-1] == 0:
            break
    return W, b, mistakes


def _one_against_the_rest(X, y, classes, epochs, is_wrong):
    """Perceptrons that learn each by itself are another algorithm."""
    W, b, mistakes = torch.zeros(classes, X.shape[1]), torch.zeros(classes), []
    for _ in range(epochs):
        wrong = 0
        for x, target in zip(X, y, strict=True):
            z = W @ x + b
            error = (torch.arange(classes) == target).float() - (z > 0).float()
            W, b = W + error[:, None] * x, b + error
            wrong += int(is_wrong(z, error, target))
        mistakes.append(wrong)
        if wrong == 0:
            break
    return W, b, mistakes


def _perceptrons(*given):
    return _one_against_the_rest(*given, lambda z, error, target: z.argmax() != target)


def _perceptrons_counted_one_by_one(*given):
    return _one_against_the_rest(*given, lambda z, error, target: error.any())


def _always_corrects(X, y, classes, epochs):
    W, b = torch.zeros(classes, X.shape[1]), torch.zeros(classes)
    for _ in range(epochs):
        for x, target in zip(X, y, strict=True):
            _move(W, b, target, x, 1)
    return W, b, [0] * epochs


def _turned_tables(X, y, classes, epochs):
    W, b, mistakes = _trained(X, y, classes, epochs)
    return W.T, b, mistakes


def _starts_at_random(X, y, classes, epochs):
    W, b = torch.randn(classes, X.shape[1]), torch.zeros(classes)
    return W, b, _trained(X, y, classes, epochs)[2]


def _signs_at_the_end(X, y, classes, epochs):
    W, b, mistakes = _trained(X, y, classes, epochs)
    return -W, -b, mistakes
