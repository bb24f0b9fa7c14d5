"""Answers to lesson 04 that learners really write, beside the declared ones: right ones pass, wrong ones do not."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.lessons.loss import check


def verdict(name, answer):
    return getattr(check, name)(answer, hidden=True)


def full(name):
    return getattr(check, name).exercise.points


def picked(values, labels):
    return values[torch.arange(len(labels)), labels]


# Right answers in unusual forms.


def mse_by_norm(predictions, targets):
    return torch.linalg.norm(predictions - targets) ** 2 / predictions.numel()


def mse_by_einsum(p, y):
    e = (p - y).reshape(-1)
    return torch.einsum("i,i->", e, e) / len(e)


def huber_by_indexing(predictions, targets, delta):
    e = (predictions - targets).abs().flatten()
    small = e <= delta
    return ((e[small] ** 2).sum() / 2 + (delta * (e[~small] - delta / 2)).sum()) / e.numel()


def huber_by_minimum(predictions, targets, delta):
    e = torch.abs(targets - predictions)
    q = torch.minimum(e, torch.tensor(delta))
    return torch.mean(q * (e - q / 2))


def one_hot_by_list(labels, classes):
    return torch.tensor([[float(c == label) for c in range(classes)] for label in labels.tolist()])


def one_hot_by_stack(labels, classes):
    return torch.stack([torch.eye(classes)[i] for i in labels])


def nll_by_trace(log_probabilities, labels):
    return -log_probabilities[:, labels].diagonal().mean()


def nll_by_take(log_probabilities, labels):
    n, k = log_probabilities.shape
    return -log_probabilities.reshape(-1)[torch.arange(n) * k + labels].mean()


def cross_entropy_from_gaps(scores, labels):
    gaps = scores - picked(scores, labels).unsqueeze(1)
    top = gaps.amax(dim=1)
    return (top + (gaps - top[:, None]).exp().sum(dim=1).log()).mean()


def cross_entropy_by_logaddexp(scores, labels):
    total = scores[:, 0]
    for column in scores.T[1:]:
        total = torch.logaddexp(total, column)
    return torch.mean(total - picked(scores, labels))


def cross_entropy_keepdim_broadcast(scores, labels):
    # (n, 1) + (n,) is n × n here, and the mean of all sums is still the right number.
    top = scores.amax(dim=1, keepdim=True)
    return (top + (scores - top).exp().sum(dim=1).log() - picked(scores, labels)).mean()


def weighted_by_normalised_weights(scores, labels, weights):
    share = weights[labels] / weights[labels].sum()
    return (share * (torch.logsumexp(scores, 1) - picked(scores, labels))).sum()


def weighted_by_gather(scores, labels, weights):
    logp = scores.log_softmax(-1).gather(1, labels[:, None]).squeeze(1)
    w = weights.gather(0, labels)
    return -torch.dot(w, logp) / torch.sum(w)


def bce_by_where(z, y):
    positive = z + torch.log1p(torch.exp(-z.clamp(min=0)))
    negative = torch.log1p(torch.exp(z.clamp(max=0)))
    return (torch.where(z > 0, positive, negative) - z * y).mean()


def bce_by_maximum(z, y):
    return torch.mean(torch.maximum(z, torch.zeros(())) - y * z + torch.exp(-torch.abs(z)).log1p())


def gradient_by_outer_loop(scores, labels):
    rows = []
    for row, label in zip(scores, labels, strict=True):
        share = torch.softmax(row, dim=0)
        share = share.clone()
        share[label] -= 1.0
        rows.append(share / len(scores))
    return torch.stack(rows)


def gradient_by_log_softmax(z, y):
    return (z.log_softmax(1).exp() - (y[:, None] == torch.arange(z.shape[1])).float()) / y.numel()


def species_by_reshape(X, W, b, species):
    return nn.CrossEntropyLoss()(torch.addmm(b, X, W.T), species.view(-1).to(torch.int64))


def species_with_int(X, W, b, species):
    y = species.type(torch.LongTensor).reshape(len(X))
    return -F.log_softmax(X @ W.T + b, dim=-1)[range(len(y)), y].mean()


def prices_by_view(X, W, b, prices):
    return nn.MSELoss()(X @ W.T + b, prices.view(-1, 1))


def prices_by_flatten(X, W, b, prices):
    return ((X @ W.T + b).flatten() - prices).square().mean()


def report_by_loop(scores, labels, k):
    losses = nn.CrossEntropyLoss(reduction="none")(scores, labels)
    classes = sorted(set(labels.tolist()))
    means = [sum(losses[i] for i in range(len(labels)) if labels[i] == c) for c in classes]
    counts = [int((labels == c).sum()) for c in classes]
    return {
        "mean": losses.mean(),
        "per class": torch.tensor([m / n for m, n in zip(means, counts, strict=True)]),
        "suspects": torch.tensor(sorted(range(len(labels)), key=lambda i: -losses[i])[:k]),
    }


RIGHT = [
    ("mse", mse_by_norm),
    ("mse", mse_by_einsum),
    ("best_guess", {"mse": 290, "mae": 280, "mse_typo": 920, "mae_typo": torch.tensor(280.0)}),
    ("huber", huber_by_indexing),
    ("huber", huber_by_minimum),
    ("one_hot", one_hot_by_list),
    ("one_hot", one_hot_by_stack),
    ("negative_log_likelihood", nll_by_trace),
    ("negative_log_likelihood", nll_by_take),
    ("cross_entropy", cross_entropy_from_gaps),
    ("cross_entropy", cross_entropy_by_logaddexp),
    ("cross_entropy", cross_entropy_keepdim_broadcast),
    ("weighted_cross_entropy", weighted_by_normalised_weights),
    ("weighted_cross_entropy", weighted_by_gather),
    ("bce_with_logits", bce_by_where),
    ("bce_with_logits", bce_by_maximum),
    (
        "pairing",
        {"clean prices": "a", "dirty prices": " F", "digit": "c", "tumour": "B", "photo": "D"},
    ),
    ("cross_entropy_gradient", gradient_by_outer_loop),
    ("cross_entropy_gradient", gradient_by_log_softmax),
    ("species_loss", species_by_reshape),
    ("species_loss", species_with_int),
    ("price_loss", prices_by_view),
    ("price_loss", prices_by_flatten),
    ("loss_report", report_by_loop),
]


@pytest.mark.parametrize(
    ("name", "answer"), RIGHT, ids=lambda x: getattr(x, "__name__", str(x)[:20])
)
def test_unusual_right_answers_get_all_points(name, answer):
    assert verdict(name, answer).points == full(name)


# Wrong answers.


def mse_in_place(predictions, targets):
    predictions -= targets
    return (predictions**2).mean()


def mse_of_rows(p, y):
    return ((p - y) ** 2).mean(dim=-1).sum()


def mse_over_len(p, y):
    return ((p - y) ** 2).sum() / len(p)


def mse_unbiased(p, y):
    return ((p - y) ** 2).sum() / (p.numel() - 1)


def mse_as_number(p, y):
    return ((p - y) ** 2).mean().item()


def mse_by_numpy(p, y):
    return torch.from_numpy(np.square(p.detach().numpy() - y.detach().numpy())).mean()


def mse_of_first_example(p, y):
    return torch.tensor((0.2**2 + 1.5**2 + 4.5**2) / 3)


def huber_strict_by_means(p, y, delta):
    e = (p - y).abs()
    return (e[e <= delta] ** 2).mean() / 2 + (delta * (e[e > delta] - delta / 2)).mean()


def huber_if_any(p, y, delta):
    e = (p - y).abs()
    return (e**2 / 2).mean() if e.max() <= delta else (delta * (e - delta / 2)).mean()


def huber_of_mean(p, y, delta):
    e = (p - y).abs().mean()
    return e**2 / 2 if e <= delta else delta * (e - delta / 2)


def huber_fixed_delta(p, y, delta):
    e = (p - y).abs()
    return torch.where(e <= 1.0, e**2 / 2, e - 0.5).mean()


def huber_wrong_square(p, y, delta):
    e = (p - y).abs()
    return torch.where(e <= delta, e**2 / 2, delta * e - delta / 2).mean()


def huber_clipped_square(p, y, delta):
    return ((p - y).clamp(-delta, delta) ** 2 / 2).mean()


def one_hot_three_classes(labels, classes):
    return torch.eye(4)[labels]


def one_hot_half_written(labels, classes):
    rows = torch.zeros(len(labels), classes)
    rows[0, labels] = 1
    return rows


def one_hot_in_doubles(labels, classes):
    return torch.eye(classes, dtype=torch.float64)[labels]


def one_hot_bool(labels, classes):
    return labels[:, None] == torch.arange(classes)


def one_hot_aliased(labels, classes):
    from torch.nn.functional import one_hot as hot

    return hot(labels, classes).float()


def nll_of_largest(logp, y):
    return -logp.max(dim=1).values.mean()


def nll_median(logp, y):
    return -picked(logp, y).median()


def nll_of_first_column(logp, y):
    return -logp[:, 0].mean()


def nll_over_all_entries(logp, y):
    return -picked(logp, y).sum() / logp.numel()


def nll_not_averaged(logp, y):
    return -picked(logp, y)


def nll_in_bits(logp, y):
    return -picked(logp, y).mean() / np.log(2)


def cross_entropy_with_epsilon(scores, labels):
    shifted = scores - scores.amax(dim=1, keepdim=True)
    shares = shifted.exp() / shifted.exp().sum(dim=1, keepdim=True)
    return -(picked(shares, labels) + 1e-8).log().mean()


def cross_entropy_without_picking(scores, labels):
    top = scores.amax(dim=1, keepdim=True)
    return (top.squeeze(1) + (scores - top).exp().sum(dim=1).log()).mean()


def cross_entropy_clamped(scores, labels):
    powers = scores.clamp(-80, 80).exp()
    return (powers.sum(dim=1).log() - picked(scores, labels)).mean()


def cross_entropy_subtracting_mean(scores, labels):
    middle = scores.mean(dim=1, keepdim=True)
    lse = middle.squeeze(1) + (scores - middle).exp().sum(dim=1).log()
    return (lse - picked(scores, labels)).mean()


def cross_entropy_detached(scores, labels):
    return torch.tensor(float(F.softplus(torch.tensor(0.0)))) + 0 * scores.detach().sum()


def cross_entropy_through_torch(scores, labels):
    loss = nn.CrossEntropyLoss()
    return loss(scores, labels)


def cross_entropy_hidden_name(scores, labels):
    return getattr(F, "cross_" + "entropy")(scores, labels)


def weighted_by_probability(z, y, w):
    return F.nll_loss(torch.log_softmax(z, 1) * w, y)


def weighted_normalised_first(z, y, w):
    losses = -picked(torch.log_softmax(z, 1), y)
    return ((w / w.sum())[y] * losses).mean()


def weighted_with_index_order(z, y, w):
    losses = -picked(torch.log_softmax(z, 1), y)
    used = w[z.argmax(dim=1)]
    return (used * losses).sum() / used.sum()


def weighted_squared(z, y, w):
    losses = -picked(torch.log_softmax(z, 1), y)
    return (w[y] ** 2 * losses).sum() / (w[y] ** 2).sum()


def weighted_softmax_of_batch(z, y, w):
    losses = -picked(torch.log_softmax(z, 0), y)
    return (w[y] * losses).sum() / w[y].sum()


def bce_with_epsilon(z, y):
    p = torch.sigmoid(z)
    return -(y * (p + 1e-9).log() + (1 - y) * (1 - p + 1e-9).log()).mean()


def bce_minus_forgotten(z, y):
    p = torch.sigmoid(z)
    return (y * p.log() + (1 - y) * (1 - p).log()).mean()


def bce_clamped_scores(z, y):
    z = z.clamp(-60, 60)
    return (z.clamp(min=0) - z * y + torch.log1p(torch.exp(-z.abs()))).mean()


def bce_nan_to_num(z, y):
    p = torch.sigmoid(z)
    loss = -(y * p.log() + (1 - y) * (1 - p).log())
    return torch.nan_to_num(loss, nan=0.0, posinf=100.0).mean()


def bce_without_abs(z, y):
    return (z.clamp(min=0) - z * y + torch.log1p(torch.exp(-z))).mean()


def bce_through_torch(z, y):
    return F.binary_cross_entropy(torch.sigmoid(z), y)


def gradient_for_one_row(z, y):
    return torch.softmax(z, 1) - F.one_hot(y, z.shape[1]) / len(y)


def gradient_times_n(z, y):
    return (torch.softmax(z, 1) - F.one_hot(y, z.shape[1])) * len(y)


def gradient_of_true_class_only(z, y):
    truth = F.one_hot(y, z.shape[1])
    return (torch.softmax(z, 1) - 1) * truth / len(y)


def gradient_by_autograd(z, y):
    z = z.clone().requires_grad_(True)
    lse = torch.logsumexp(z, 1)
    return torch.autograd.grad((lse - picked(z, y)).mean(), z)[0]


def gradient_in_place(z, y):
    z.copy_(torch.softmax(z, 1))
    z[torch.arange(len(y)), y] -= 1
    return z / len(y)


def species_log_of_softmax_twice(X, W, b, s):
    logp = torch.softmax(X @ W.T + b, 1).log()
    return F.cross_entropy(logp.exp(), s[:, 0].long())


def species_as_probabilities(X, W, b, s):
    return F.cross_entropy(X @ W.T + b, s.expand(-1, len(b)))


def species_first_only(X, W, b, s):
    return F.cross_entropy(X @ W.T + b, s[0].long().expand(len(X)))


def species_softmax_over_rows(X, W, b, s):
    return F.nll_loss(torch.log_softmax(X @ W.T + b, 0), s[:, 0].long())


def species_without_bias(X, W, b, s):
    return F.cross_entropy(X @ W.T, s[:, 0].long())


def prices_summed(X, W, b, p):
    return ((X @ W.T + b).sum(1).mean() - p.mean()) ** 2


def prices_first_prediction(X, W, b, p):
    return (((X @ W.T + b)[0] - p) ** 2).mean()


def prices_rooted(X, W, b, p):
    return ((X @ W.T + b).squeeze(1) - p).square().mean().sqrt()


def prices_without_bias(X, W, b, p):
    return ((X @ W.T).squeeze(1) - p).square().mean()


def prices_transposed(X, W, b, p):
    return (((X @ W.T + b).T - p[:, None]) ** 2).mean()


def report_with(**changes):
    def report(scores, labels, k):
        losses = F.cross_entropy(scores, labels, reduction="none")
        right = check.loss_report.exercise.reference(scores, labels, k)
        return right | {key.replace("_", " "): f(losses, labels, k) for key, f in changes.items()}

    return report


def report_of_predictions(scores, labels, k):
    return check.loss_report.exercise.reference(scores, scores.argmax(dim=1), k)


def report_as_tuple(scores, labels, k):
    return tuple(check.loss_report.exercise.reference(scores, labels, k).values())


WRONG = [
    *[("mse", f) for f in (mse_in_place, mse_of_rows, mse_over_len, mse_unbiased, mse_as_number)],
    *[("mse", f) for f in (mse_by_numpy, mse_of_first_example)],
    ("best_guess", {"mse": 290, "mae": 280, "mse_typo": 938, "mae_typo": 280}),
    ("best_guess", {"mse": 290, "mae": 280, "mse_typo": 920, "mae_typo": 300}),
    ("best_guess", {"mse": 280, "mae": 290, "mse_typo": 280, "mae_typo": 920}),
    ("best_guess", {"mse": 290, "mae": 280, "mse_typo": 920}),
    ("best_guess", [290, 280, 920, 280]),
    *[("huber", f) for f in (huber_strict_by_means, huber_if_any, huber_of_mean)],
    *[("huber", f) for f in (huber_fixed_delta, huber_wrong_square, huber_clipped_square)],
    *[("one_hot", f) for f in (one_hot_three_classes, one_hot_half_written, one_hot_in_doubles)],
    *[("one_hot", f) for f in (one_hot_bool, one_hot_aliased)],
    *[("negative_log_likelihood", f) for f in (nll_of_largest, nll_median, nll_of_first_column)],
    *[
        ("negative_log_likelihood", f)
        for f in (nll_over_all_entries, nll_not_averaged, nll_in_bits)
    ],
    ("cross_entropy", cross_entropy_with_epsilon),
    ("cross_entropy", cross_entropy_without_picking),
    ("cross_entropy", cross_entropy_clamped),
    ("cross_entropy", cross_entropy_subtracting_mean),
    ("cross_entropy", cross_entropy_detached),
    ("cross_entropy", cross_entropy_through_torch),
    ("cross_entropy", cross_entropy_hidden_name),
    ("weighted_cross_entropy", weighted_by_probability),
    ("weighted_cross_entropy", weighted_normalised_first),
    ("weighted_cross_entropy", weighted_with_index_order),
    ("weighted_cross_entropy", weighted_squared),
    ("weighted_cross_entropy", weighted_softmax_of_batch),
    *[("bce_with_logits", f) for f in (bce_with_epsilon, bce_minus_forgotten, bce_clamped_scores)],
    *[("bce_with_logits", f) for f in (bce_nan_to_num, bce_without_abs, bce_through_torch)],
    (
        "pairing",
        {"clean prices": "F", "dirty prices": "A", "digit": "C", "tumour": "B", "photo": "D"},
    ),
    (
        "pairing",
        {"clean prices": "A", "dirty prices": "F", "digit": "E", "tumour": "B", "photo": "D"},
    ),
    (
        "pairing",
        {"clean prices": "A", "dirty prices": "F", "digit": "C", "tumour": "C", "photo": "D"},
    ),
    (
        "pairing",
        {"clean prices": "A", "dirty prices": "F", "digit": "C", "tumour": "B", "photo": "C"},
    ),
    ("pairing", "AFCBD"),
    *[("cross_entropy_gradient", f) for f in (gradient_for_one_row, gradient_times_n)],
    *[("cross_entropy_gradient", f) for f in (gradient_of_true_class_only, gradient_by_autograd)],
    ("cross_entropy_gradient", gradient_in_place),
    *[("species_loss", f) for f in (species_log_of_softmax_twice, species_as_probabilities)],
    *[("species_loss", f) for f in (species_first_only, species_softmax_over_rows)],
    ("species_loss", species_without_bias),
    *[("price_loss", f) for f in (prices_summed, prices_first_prediction, prices_rooted)],
    *[("price_loss", f) for f in (prices_without_bias, prices_transposed)],
    ("loss_report", report_with(mean=lambda losses, y, k: losses.sum())),
    ("loss_report", report_with(mean=lambda losses, y, k: losses.median())),
    ("loss_report", report_with(mean=lambda losses, y, k: losses.mean().item())),
    ("loss_report", report_with(suspects=lambda losses, y, k: losses.topk(k).indices.tolist())),
    ("loss_report", report_with(suspects=lambda losses, y, k: losses.topk(k).indices.flip(0))),
    ("loss_report", report_with(suspects=lambda losses, y, k: y[losses.topk(k).indices])),
    ("loss_report", report_with(per_class=lambda losses, y, k: losses.mean().expand(3))),
    ("loss_report", report_of_predictions),
    ("loss_report", report_as_tuple),
]


@pytest.mark.parametrize(
    ("name", "answer"), WRONG, ids=lambda x: getattr(x, "__name__", str(x)[:20])
)
def test_wrong_answers_never_get_all_points(name, answer):
    assert verdict(name, answer).points < full(name)


# Partial credit says what is right and what is missing.


def test_a_ready_made_loss_is_named_although_the_gradient_differs_too():
    def weighted(scores, labels, weights):
        return F.cross_entropy(scores, labels, weight=weights)

    given = verdict("weighted_cross_entropy", weighted)
    assert given.points == 0
    assert given.message.startswith("Your program uses `cross_entropy`")
    assert "gradient" not in given.message


def test_the_textbook_cross_entropy_earns_what_works_on_small_scores():
    def textbook(scores, labels):
        powers = scores.exp()
        return -picked(powers / powers.sum(dim=1, keepdim=True), labels).log().mean()

    given = verdict("cross_entropy", textbook)
    assert given.points == 2
    assert "exp(1000) is inf" in given.mistake


def test_the_textbook_binary_loss_earns_what_works_on_small_scores():
    def textbook(z, y):
        p = torch.sigmoid(z)
        return -(y * torch.log(p) + (1 - y) * torch.log(1 - p)).mean()

    assert verdict("bce_with_logits", textbook).points == 2


def test_a_report_with_one_wrong_part_keeps_the_points_of_the_others():
    lowest = report_with(suspects=lambda losses, y, k: losses.argsort()[:k])
    given = verdict("loss_report", lowest)
    assert given.points == 2  # the mean and the classes
    assert "lowest" in given.mistake


def test_a_repair_that_stops_at_the_error_is_told_of_the_silent_bug():
    def runs_now(X, W, b, species):
        scores = X @ W.T + b
        probabilities = torch.softmax(scores, dim=1)
        return F.cross_entropy(probabilities, species.squeeze(1).long())

    given = verdict("species_loss", runs_now)
    assert given.points == 0.5
    assert "silent bug" in given.mistake


def test_the_colleagues_programs_left_as_they_are_count_as_not_attempted():
    def species_loss(X, W, b, species):
        scores = X @ W.T + b
        probabilities = torch.softmax(scores, dim=1)
        return F.cross_entropy(probabilities, species)

    assert verdict("species_loss", species_loss).state == "not attempted"


def test_the_worked_numbers_are_those_of_torch():
    reference = check.cross_entropy.exercise.reference
    for scores, loss in (([2.0, 5.0], 0.0486), ([1.5, 1.1], 0.9130)):
        by_hand = reference(torch.tensor([scores]), torch.tensor([1]))
        assert by_hand.item() == pytest.approx(loss, abs=5e-5)
