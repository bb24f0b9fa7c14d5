"""Lesson 03: what answers are told, beside what the proofs of its declarations show."""

from helpers.lessons.activations import check


def points(name, answer):
    return getattr(check, name)(answer, hidden=True).points


# Right answers in unusual forms.


# Wrong answers that learners really write.


def test_the_overflowing_softmax_keeps_the_point_for_ordinary_scores():
    assert points("stable_softmax", lambda z, dim: z.exp() / z.exp().sum(dim, True)) == 1


def test_the_overflowing_tanh_keeps_the_point_near_zero():
    assert points("tanh", lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())) == 1


def test_only_the_repeatable_part_is_lost_when_gradients_pile_up():
    def piles_up(layers, activation, X):
        a = X
        for layer in layers:
            a = activation(layer(a))
        a.sum().backward()
        return [layer.weight.grad.abs().mean().item() for layer in layers]

    verdict = check.gradient_sizes(piles_up, hidden=True)
    assert verdict.points == 2
    assert "zero_grad" in verdict.mistake
