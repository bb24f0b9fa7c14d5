"""Answers to lesson 07 that learners may well write: the wrong lose points, the unusual right do not."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers import data
from helpers.checks.judge import judge
from helpers.checks.probe import probe
from helpers.lessons.transfer_learning import check as lesson


def verdict(exercise, answer, seed=3):
    plan = exercise.plan(seed)
    return judge(exercise, plan, probe(plan, answer))


def overwrite_and_catch(model, state):
    try:
        model.load_state_dict(state)
    except RuntimeError:
        return ["_fc.weight", "_fc.bias"]
    return []


def empty_state(model, state):
    left = []
    for name, tensor in model.state_dict().items():
        if name in state and state[name].shape == tensor.shape:
            tensor.copy_(state.pop(name))
        else:
            left.append(name)
    return left


def same_numel(model, state):
    own = model.state_dict()
    fitting = {n: t for n, t in state.items() if n in own and own[n].numel() == t.numel()}
    model.load_state_dict(fitting, strict=False)
    return []


def half_bound(layer, kind):
    n_out, n_in = layer.weight.shape
    bound = (6 / (n_in + n_out if kind == "xavier" else n_in)) ** 0.5 / 2
    nn.init.uniform_(layer.weight, -bound, bound)
    nn.init.zeros_(layer.bias)


def leaky_he(layer, kind):
    if kind == "xavier":
        nn.init.xavier_uniform_(layer.weight)
    else:
        nn.init.kaiming_uniform_(layer.weight, a=5**0.5)
    nn.init.zeros_(layer.bias)


def always_he(layer, kind):
    nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)


def frozen_layer(layer, kind):
    lesson.init_head.reference(layer, kind)
    layer.requires_grad_(False)


def head_of_fixed_size(model, classes):
    model._fc = nn.Linear(1280, classes)
    return model


def head_in_a_sequence(model, classes):
    model._fc = nn.Sequential(nn.Linear(model._fc.in_features, classes))
    return model


def softmax_head(model, classes):
    model._fc = nn.Sequential(nn.Linear(model._fc.in_features, classes), nn.Softmax(dim=1))
    return model


def fresh_network(model, classes):
    new = type(model)(classes)
    return new


def freezes_in(model, head):
    for name, parameter in model.named_parameters():
        parameter.requires_grad = head in name


def freezes_values(model, head):
    for name, parameter in model.named_parameters():
        if not name.startswith(head + "."):
            parameter.data.zero_()
        parameter.requires_grad = name.startswith(head + ".")


def eval_only(model, head):
    model.eval()


def counts_shapes(model):
    trains = sum(p.shape[0] for p in model.parameters() if p.requires_grad)
    return trains, sum(p.shape[0] for p in model.parameters()) - trains


def no_bias(model):
    weights = [p for n, p in model.named_parameters() if n.endswith("weight")]
    trains = sum(p.numel() for p in weights if p.requires_grad)
    return trains, sum(p.numel() for p in weights) - trains


def caches_maps(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    with torch.no_grad():
        maps = network.extract_features(x)
    torch.save(maps, path)
    return maps


def caches_scores(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    with torch.no_grad():
        scores = network(x)
    torch.save(scores, path)
    return scores


def fixed_file(network, x, path):
    file = path.parent / "my_features.pt"
    if file.exists():
        return torch.load(file)
    network.eval()
    with torch.no_grad():
        found = network.extract_features(x).mean((2, 3))
    torch.save(found, file)
    return found


def detaches_late(network, x, path):
    if path.exists():
        return torch.load(path)
    network.eval()
    found = network.extract_features(x).mean((2, 3)).detach()
    torch.save(found, path)
    return found


def rates_swapped(model, rates):
    return lesson.parameter_groups.reference(
        model, dict(zip(rates, reversed(rates.values()), strict=True))
    )


def weights_only(model, rates):
    model.requires_grad_(False)
    return [
        {"params": [model.get_submodule(n).requires_grad_(True).weight], "lr": r}
        for n, r in rates.items()
    ]


def a_dict(model, rates):
    return {n: list(model.get_submodule(n).parameters()) for n in rates}


def frozen_groups(model, rates):
    made = lesson.parameter_groups.reference(model, rates)
    model.requires_grad_(False)
    return made


def only_dropout(model):
    model.eval()
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.train()


def no_tracking(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.track_running_stats = False


def zero_momentum(model):
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
            layer.momentum = 0.0


def puts_all_back(model, X, y, classes):
    before = {k: v.clone() for k, v in model[0].state_dict().items()}
    model = lesson.train_head.broken.__globals__["_head_training"](
        model, X, y, classes, frozen=False
    )
    model[0].load_state_dict(before)
    return model


def no_training(model, X, y, classes):
    model.requires_grad_(False)
    model[-1] = nn.Linear(model[-1].in_features, classes)
    return model.eval()


def one_step(model, X, y, classes):
    model[0].requires_grad_(False).eval()
    model[-1] = nn.Linear(model[-1].in_features, classes)
    optimizer = torch.optim.SGD(model[-1].parameters(), lr=1e-3)
    F.cross_entropy(model(X), y).backward()
    optimizer.step()
    return model


WRONG = [
    (lesson.load_matching, overwrite_and_catch),
    (lesson.load_matching, empty_state),
    (lesson.load_matching, same_numel),
    (lesson.init_head, half_bound),
    (lesson.init_head, leaky_he),
    (lesson.init_head, always_he),
    (lesson.init_head, frozen_layer),
    (lesson.replace_head, head_of_fixed_size),
    (lesson.replace_head, head_in_a_sequence),
    (lesson.replace_head, softmax_head),
    (lesson.replace_head, fresh_network),
    (lesson.freeze_backbone, freezes_in),
    (lesson.freeze_backbone, freezes_values),
    (lesson.freeze_backbone, eval_only),
    (lesson.count_parameters, counts_shapes),
    (lesson.count_parameters, no_bias),
    (lesson.cached_features, caches_maps),
    (lesson.cached_features, caches_scores),
    (lesson.cached_features, fixed_file),
    (lesson.cached_features, detaches_late),
    (lesson.parameter_groups, rates_swapped),
    (lesson.parameter_groups, weights_only),
    (lesson.parameter_groups, a_dict),
    (lesson.parameter_groups, frozen_groups),
    (lesson.train_keeping_statistics, only_dropout),
    (lesson.train_keeping_statistics, no_tracking),
    (lesson.train_keeping_statistics, zero_momentum),
    (lesson.train_head, puts_all_back),
    (lesson.train_head, no_training),
    (lesson.train_head, one_step),
]


@pytest.mark.parametrize(
    ("exercise", "answer"),
    WRONG,
    ids=lambda v: getattr(v, "__name__", v.name if hasattr(v, "name") else None),
)
def test_a_wrong_answer_does_not_reach_all_points(exercise, answer):
    result = verdict(exercise, answer)
    assert result.points < exercise.points, str(result)


def load_by_loop(model, state):
    fits = lambda n, t: n in state and tuple(state[n].shape) == tuple(t.shape)  # noqa: E731
    own = {n: (state[n].clone() if fits(n, t) else t) for n, t in model.state_dict().items()}
    model.load_state_dict(own, strict=True)
    return {n for n, t in own.items() if not fits(n, t)}


def numpy_init(layer, kind):
    n_out, n_in = layer.weight.shape
    bound = (6 / (n_in + (n_out if kind == "xavier" else 0))) ** 0.5
    layer.weight.data = torch.empty(n_out, n_in).uniform_(-bound, bound)
    layer.bias.data.fill_(0)


def replace_in_modules(model, classes):
    model._modules["_fc"] = nn.Linear(model._modules["_fc"].weight.size(1), classes)
    return model


def freeze_by_split(model, head):
    depth = head.count(".") + 1
    for name, p in model.named_parameters():
        p.requires_grad_(name.split(".")[:depth] == head.split("."))


def modes_by_type_name(model):
    for layer in model.modules():
        layer.train(True) if not list(layer.children()) else None
        if type(layer).__name__.startswith("BatchNorm"):
            layer.train(False)


def head_by_closed_eyes(model, X, y, classes):
    for p in model[0].parameters():
        p.requires_grad = False
    model[-1] = nn.Linear(8, classes)
    optimizer = torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=0.05)
    model.eval()
    for _ in range(80):
        optimizer.zero_grad(set_to_none=True)
        F.nll_loss(F.log_softmax(model(X), dim=-1), y).backward()
        optimizer.step()
    return model


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        (lesson.load_matching, load_by_loop),
        (lesson.init_head, numpy_init),
        (lesson.replace_head, replace_in_modules),
        (lesson.freeze_backbone, freeze_by_split),
        (lesson.train_keeping_statistics, modes_by_type_name),
        (lesson.train_head, head_by_closed_eyes),
    ],
    ids=lambda v: getattr(v, "__name__", getattr(v, "name", None)),
)
def test_an_unusual_right_answer_reaches_all_points(exercise, answer):
    result = verdict(exercise, answer)
    assert result.points == exercise.points, str(result)


@pytest.mark.parametrize("seed", range(8))
def test_a_head_that_learns_is_told_from_one_that_does_not(seed):
    assert verdict(lesson.train_head, lesson.train_head.reference, seed).passed
    assert not verdict(lesson.train_head, no_training, seed).passed


def test_held_out_photographs_are_no_training_photographs():
    for one in lesson.photo_classifier.cases(5):
        pixels, labels, *held_out = one.inputs
        assert pixels.shape == held_out[0].shape == held_out[1].shape == (32, 3, 96, 96)
        assert labels.bincount().tolist() == [8] * 4
        assert one.truth.bincount().tolist() == [16] * 4
        numbers = torch.cat([one.inputs.train, one.inputs.test])
        assert len(set(numbers.tolist())) == 96


def test_no_photograph_is_handed_over_as_it_is_in_the_file():
    pixels, _, *held_out = lesson.photo_classifier.cases(5)[0].inputs
    files = lesson._small_photos().float().flatten(1)
    files = torch.cat([files, lesson._small_photos().flip(-1).float().flatten(1)])
    for photographs in (pixels, *held_out):
        apart = torch.cdist(photographs.float().flatten(1), files) / files.shape[1] ** 0.5
        assert apart.min() > 10  # of 255, on average over the pixels


def test_classes_of_the_photographs_are_known_without_reading_them():
    labels = data.photographs().labels
    assert labels.tolist() == [k for k, n in enumerate(lesson.IN_ALL) for _ in range(n)]
    before = lesson._small_photos.cache_info()
    lesson.photo_classifier.cases(0)
    assert lesson._small_photos.cache_info() == before


def test_rows_are_mixed_so_that_a_class_cannot_be_told_by_its_place():
    _, labels, *_ = lesson.photo_classifier.cases(5)[1].inputs
    assert len(set(labels[:8].tolist())) > 1


def test_a_network_that_always_says_one_class_earns_nothing():
    def one_class(pixels, labels):
        return lambda x: F.one_hot(torch.zeros(len(x), dtype=torch.int64), 4).float()

    assert verdict(lesson.photo_classifier, one_class).points == 0
