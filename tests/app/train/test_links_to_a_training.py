"""A link and the command line ask for the same training, whatever the page showed before."""

import argparse
import shlex

import pytest
from app_support import TRAIN

from ae_core import networks
from ae_core.cli import train
from ae_core.errors import UserError
from ae_core.training import control


@pytest.fixture(autouse=True)
def asked(empty, monkeypatch):
    """The trainings that a click on Start asks for, none of which begins."""
    found = []

    def start(config, title):
        found.append(config)
        raise UserError("not here")

    monkeypatch.setattr(control, "start", start)
    return found


def typed(words):
    """The training that a command line asks for."""
    parser = argparse.ArgumentParser()
    train.add(parser.add_subparsers())
    return train._config(parser.parse_args(["train", *shlex.split(words)]))


def of_link(app, asked, **link):
    at = app(TRAIN, **link)
    at.button(key="train_start").click().run()
    assert not at.exception
    return asked[-1]


def arrive(at, **link):
    """A link followed in a visit under way."""
    at.query_params.clear()
    for name, value in link.items():
        at.query_params[name] = value
    return at.run()


LINKS = {
    "--network conv": {"network": "conv"},
    "--network conv --noise none": {"network": "conv", "noise": "none"},
    "--network conv --noise masking": {"network": "conv", "noise": "masking"},
    "--network conv --noise gaussian --level 120": {"network": "conv", "level": "120"},
    "--network conv --noise gaussian --level 0": {"network": "conv", "level": "0"},
    "--network unet": {"network": "unet"},
    "--network unet --noise masking": {"network": "unet", "noise": "masking"},
    "--network unet-pca --noise gaussian": {"network": "unet-pca", "noise": "gaussian"},
    "--network unet-pca --noise gaussian --level 75": {"network": "unet-pca", "level": "75"},
    "--network dense --optimizer adam": {"network": "dense", "optimizer": "adam"},
    "--network dense --optimizer sgd": {"network": "dense", "optimizer": "sgd"},
    "--network elastic": {"network": "elastic"},
    "--network designed --design 'conv8:s2 > vector16 > mirror' --code 8": {
        "design": "conv8:s2 > vector16 > mirror",
        "code": "8",
    },
}


@pytest.mark.parametrize("words", LINKS)
def test_a_link_asks_for_what_the_command_line_asks_for(words, app, asked):
    assert of_link(app, asked, data="numbers", **LINKS[words]) == typed(f"--data numbers {words}")


def test_a_link_means_the_same_after_another(app, asked):
    at = app(TRAIN, network="unet")
    for words in ("--network conv --noise gaussian --level 120", "--network conv", "--network unet"):
        arrive(at, **LINKS[words])
        before = len(asked)
        next(b for b in at.button if b.key.startswith("train_start")).click().run()
        assert len(asked) > before and asked[-1] == typed(words)


@pytest.mark.parametrize(
    ("link", "left", "kind", "level"),
    [
        ({"noise": "foo"}, "noise", "none", None),
        ({"noise": "masking", "level": "abc"}, "level", "masking", 50),
        ({"noise": "masking", "level": "101"}, "level", "masking", 50),
        ({"noise": "none", "level": "30"}, "level", "none", None),
        ({"network": "unet", "level": "0"}, "level", "gaussian", 50),
        ({"network": "unet", "noise": "none"}, "noise", "gaussian", 50),
        ({"network": "unet", "code": "0"}, "", "gaussian", 50),
        ({"network": "unet", "code": "16"}, "code", "gaussian", 50),
        ({"network": "conv", "design": "vector8 > mirror"}, "design", "none", None),
        ({"network": "conv", "code": "0"}, "code", "none", None),
    ],
)
def test_what_cannot_be_is_said_once_and_the_rest_stands(app, link, left, kind, level):
    at = app(TRAIN, **link)
    assert at.selectbox(key="train_kind").value == kind
    assert level is None or at.select_slider(key="train_level").value == level
    if not left:
        assert not at.info or "left out" not in at.info[0].value
    else:
        assert at.info[0].value.endswith(f"left out: {left}.")


def test_another_kind_of_noise_has_its_own_usual_level(app, asked):
    at = app(TRAIN, network="conv", noise="gaussian", level="75")
    at.selectbox(key="train_kind").set_value("masking").run()
    assert at.select_slider(key="train_level").value == 50
    at.selectbox(key="train_network").set_value("unet").run()
    at.button(key="train_start").click().run()
    assert asked[-1] == networks.configure({"network": "unet", "noise": {"kind": "masking"}})
