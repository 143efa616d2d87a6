"""Form, link, command line, sweep and configuration file mean the same training by the same words."""

from __future__ import annotations

import dataclasses
import json
import runpy
from types import SimpleNamespace

import pytest
from app_support import TRAIN

from ae_core import config, data, i18n, networks
from ae_core.cli import main, options, train
from ae_core.config import TrainConfig
from ae_core.errors import UserError
from ae_core.images.noise import Noise
from ae_core.networks import kinds
from ae_core.training.sweeps import plan
from dashboard.app_pages.train import form
from dashboard.components import job_panel

# Another form of a set is offered once its files are there.
LISTED = [
    name
    for name, about in data.SETS.items()
    if about.kind != "folder" and not (about.download and about.download.folder)
]
SETS = (*LISTED, *form.joined(LISTED))
PAIRS = [
    (name, network)
    for name in SETS
    for network, kind in networks.KINDS.items()
    if kind.trainable and kind.takes(data.info(data.members(name)[0]).shape)
]


@pytest.fixture
def described(empty, app, monkeypatch):
    """The trainings that the form describes, the last one last; and the page at an address."""
    found = []
    monkeypatch.setattr(job_panel, "trial", lambda config, missing: found.append(config))
    return SimpleNamespace(configs=found, at=lambda **address: app(TRAIN, **address))


def typed(*words):
    from ae_core.cli import _parser

    return train._config(_parser().parse_args(["train", *words]))


def by_sweep(name, network, level=None):
    axes = plan.Axes((network,), (), () if level is None else (level,), (0,))
    base = TrainConfig(data=name, noise=Noise("gaussian"))
    ((trial,), _) = plan.combine("sweep", base, axes)
    return trial.config


@pytest.mark.parametrize("name", SETS)
def test_every_kind_on_every_set_is_one_training(name, described, tmp_path):
    at = described.at()
    at.selectbox(key="train_data").set_value(name).run()
    for network in [n for s, n in PAIRS if s == name]:
        at.selectbox(key="train_network").set_value(network).run()
        assert not at.exception and not at.error
        at.query_params.clear()
        wanted = described.configs[-1]
        assert (wanted.data, wanted.network) == (name, network)
        assert typed("--data", name, "--network", network) == wanted
        assert by_sweep(name, network) == wanted
        path = tmp_path / "few.json"
        path.write_text(json.dumps({"data": name, "network": network}))
        assert typed("--config", str(path)) == wanted
        path.write_text(json.dumps({"schema": 1, "config": wanted.to_dict()}))  # a run's config.json
        assert typed("--config", str(path)) == wanted
        if wanted.noise.kind != "none":  # the form would keep it for the next network
            at.selectbox(key="train_network").set_value("conv").run()
            at.selectbox(key="train_kind").set_value("none").run()


@pytest.mark.parametrize("network", [n for s, n in PAIRS if s == "letters"])
def test_a_link_is_that_training_too(network, described):
    described.at(data="letters", network=network)
    assert described.configs[-1] == typed("--data", "letters", "--network", network)


@pytest.mark.parametrize("network", ["conv", "situation-2", "unet"])
def test_noise_that_is_asked_for_is_the_same_everywhere(network, described):
    described.at(data="letters", network=network, noise="gaussian", level="25")
    asked = typed("--network", network, "--noise", "gaussian", "--level", "25")
    assert described.configs[-1] == asked == by_sweep("letters", network, 25.0)


def test_a_kind_of_noise_without_a_level_is_the_same_everywhere(described):
    for network in ("conv", "unet"):
        at = described.at(data="letters", network=network, noise="masking")
        assert described.configs[-1] == typed("--network", network, "--noise", "masking")
        assert not at.info


@pytest.mark.parametrize(
    ("asked", "left_out"),
    [
        ({"network": "elastic", "noise": "gaussian", "level": "25"}, "noise, level"),
        ({"network": "rate", "noise": "gaussian", "level": "25"}, "noise, level"),
        ({"network": "elastic", "code": "257"}, "code"),
        ({"network": "rate", "code": "15"}, "code"),
        ({"network": "situation-1", "code": "64"}, "code"),
        ({"network": "situation-1", "data": "numbers"}, "network"),
        ({"network": "imported"}, "network"),
        ({"network": "rate", "noise": "gaussian", "level": "0"}, ""),
        ({"network": "situation-1", "code": "196"}, ""),
        ({"network": "unet", "noise": "gaussian", "level": "25"}, ""),
    ],
)
def test_what_a_link_asks_for_and_cannot_be_is_said(asked, left_out, described):
    at = described.at(**asked)
    assert [note.value for note in at.info if "left out" in note.value] == (
        [f"Part of the address was not understood and is left out: {left_out}."] if left_out else []
    )


def test_an_elastic_network_learns_every_level_up_to_that_asked_for():
    asked = typed("--network", "elastic", "--noise", "gaussian", "--level", "25")
    assert asked == by_sweep("letters", "elastic", 25.0)
    assert asked.noise == Noise("gaussian", 25.0, low=0.0, clean=0.5) and asked.loss == "psnr"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--network", "unet", "--noise", "none"), "nothing to remove"),
        (("--network", "rate", "--noise", "gaussian"), "takes no noise"),
        (("--network", "rate", "--code", "15"), "at least 16"),
        (("--network", "rate", "--code", "1000"), "at most 784"),
        (("--network", "elastic", "--code", "257"), "at most 256"),
        (("--network", "situation-1", "--code", "64"), "a code of size 196"),
    ],
)
def test_what_cannot_be_is_refused_by_the_command_and_left_out_of_a_sweep(words, sentence):
    with pytest.raises(UserError, match=sentence):
        typed(*words)
    given = dict(zip(words[::2], words[1::2], strict=True))
    codes = (int(given["--code"]),) if "--code" in given else ()
    noise = given.get("--noise")
    levels = () if noise is None else (0.0,) if noise == "none" else (25.0,)
    axes = plan.Axes((given["--network"],), codes, levels, (0,))
    with pytest.raises(UserError, match=sentence):
        plan.combine("sweep", TrainConfig(noise=Noise("gaussian")), axes)


def build(image_shape, code):
    """Build the network of the kind below: as `conv`."""
    from ae_core.networks import conv

    return conv.build(image_shape, code)


def test_a_new_kind_is_on_offer_everywhere(described, monkeypatch, capsys):
    toy = kinds.Kind("toy", "Toy", module=__name__)
    monkeypatch.setitem(networks.KINDS, "toy", toy)
    words = i18n.catalogue("en") | {"network.toy": "Toy", "network.toy_about": "A toy."}
    monkeypatch.setattr(i18n, "catalogue", lambda code: words)
    at = described.at()
    assert "Toy" in at.selectbox(key="train_network").options
    at.selectbox(key="train_network").set_value("toy").run()
    assert not at.exception and not at.error
    asked = typed("--network", "toy")
    assert described.configs[-1] == asked == by_sweep("letters", "toy")
    assert networks.build(asked, (28, 28, 1)).output_shape == (None, 28, 28, 1)
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    assert "toy (Toy)" in " ".join(capsys.readouterr().out.split())


def test_charts_draw_a_new_kind_of_denoiser_in_grey(monkeypatch):
    monkeypatch.setitem(networks.KINDS, "toy", kinds.Kind("toy", "Toy", __name__, noise="needed"))
    drawn = runpy.run_module("ae_core.drawing.inks")  # as where the kind stands in the table
    assert drawn["ink"]("toy") == drawn["OTHER"] != drawn["ink"]("unet")


@dataclasses.dataclass(frozen=True)
class Longer(TrainConfig):
    """A configuration with one more hyper-parameter."""

    decay: float = config._between(0.0, 0, 1, "weight decay", form="more", steps=(0.0, 0.01, 0.1))


def test_a_new_hyper_parameter_is_asked_for_everywhere(described, monkeypatch):
    words = i18n.catalogue("en") | {"train.decay": "Decay", "train.decay_help": "Of the weights."}
    monkeypatch.setattr(i18n, "catalogue", lambda code: words)
    for module in (networks, kinds, options, train, form):
        if hasattr(module, "TrainConfig"):
            monkeypatch.setattr(module, "TrainConfig", Longer)
    at = described.at()
    at.select_slider(key="train_decay").set_value(0.1).run()
    assert not at.exception and not at.error
    assert described.configs[-1].decay == 0.1
    assert typed("--decay", "0.1") == described.configs[-1]
    with pytest.raises(UserError, match="decay must be a number from 0 to 1"):
        typed("--decay", "2")
