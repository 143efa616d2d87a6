"""The model card and the table of runs, word for word."""

import argparse
import dataclasses
import shlex
from types import SimpleNamespace

import pandas as pd
import pytest

from ae_core import networks, runs
from ae_core.cli import train
from ae_core.config import TrainConfig
from ae_core.evaluation import card
from ae_core.images.noise import Noise


def figures(mse, psnr, of_mean, ssim, images=1200):
    return {"images": images, "mse": mse, "psnr": psnr, "psnr_of_mean_mse": of_mean, "ssim": ssim}


HISTORY = pd.DataFrame({"val_loss": [0.3, 0.1, 0.2], "seconds": [600.0, 500.5, 400.0]})
HISTORY["epoch"] = [1, 2, 3]
PART = {"train": 42000, "validation": 18000, "origin": "own copy"}
INFO = {
    "created": "2026-03-04T05:06:07",
    "machine": {"cpu": "a processor", "cores": 6},
    "versions": {"python": "3.12.1", "keras": "3.15", "backend": "tensorflow 2.21"},
}
SIZES = [
    {
        "size": 4,
        "network": {"psnr": 21.5},
        "pca": {"psnr": 20.25},
        "dedicated": [
            {"run": "gone", "network": "conv", "psnr": 21.75},
            {"run": "here", "network": "conv", "psnr": None},
        ],
    },
    {"size": 8, "network": {"psnr": None}, "pca": {"psnr": 22.0}, "dedicated": []},
]
CODE = {
    "shape": [2, 3, 4],
    "values": 24,
    "nominal_bits": 1024,
    "nominal_ratio": 8.1666,
    "stored_bits": 1180.6,
    "stored_ratio": 32.6666,
}
WITH_CODE = {
    "parameters": 12345,
    "noise": {"kind": "speckle", "level": 60.0},
    "noise_seed": 0,
    "code": CODE,
    "tests": [
        {
            "data": "svhn",
            "images": 1200,
            "duplicates": 1100,
            "network": figures(0.0123456, 20.123, 19.987, 0.87654),
            "network_without_duplicates": figures(0.02, 17, 16, None, images=100),
            "stored": {"summary": figures(0.03, None, None, 0.5)},
            "pca": figures(0.04, 14, 13, 0.25),
            "pca_for_psnr": figures(0.045, 14.5, 12.75, 0.375),
            "searched": {"steps": 40, "seconds": 30.0, "summary": figures(0.01, 20.5, 20, 0.9)},
            "noisy": figures(0.05, 13.5, 12.5, 0.125),
            "sizes": SIZES,
        }
    ],
}
LEVEL = {"noisy": {"psnr": None}, "network": {"psnr": 30.126, "ssim": 0.98765}}
WITHOUT_CODE = {
    "parameters": 99,
    "noise": {"kind": "none", "level": 0.0},
    "noise_seed": 0,
    "code": None,
    "tests": [
        {
            "data": "letters",
            "images": 1200,
            "duplicates": 0,
            "network": figures(0.5, 3.0, 2.0, 0.5),
            "network_without_duplicates": figures(0.5, 3.0, 2.0, 0.5),
            "noisy": figures(0, None, None, 1.0),
            "pca": None,
            "levels": [{"sigma": 25, "noise": "clipped", **LEVEL}],
        }
    ],
}


@pytest.fixture(autouse=True)
def known(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path))
    monkeypatch.setattr(runs, "list_runs", lambda: [SimpleNamespace(id="here")])


def test_a_card_of_a_network_with_a_code():
    config = TrainConfig(
        data="svhn",
        network="conv",
        code=24,
        noise=Noise("speckle", 60.0),
        patience=13,
    )
    info = INFO | {"config": config.to_dict(), "data": PART | {"name": "svhn", "fingerprint": "ab"}}
    info["refitted"] = "2026-05-06T01:02:03"
    assert card.card("svhn-codec", info, HISTORY, WITH_CODE).splitlines() == [
        "# svhn-codec",
        "",
        "Network `conv`, 12,345 weights. Code 2×3×4 = 24 values: nominal 1,024 bits, 8.17 : 1; "
        "stored 1,181 bits, 32.7 : 1 (8 bits a value, deflated together; ranges apart).",
        "",
        "## Trained",
        "",
        "    python -m ae_core train --data svhn --network conv --code 24 --noise speckle --level 60",
        "",
        "- 3 epochs in 1,500 s on a processor, 6 cores (shared with other work), device auto",
        "- best epoch 2 of 3, by validation loss; kept",
        "- its tables counted anew on 2026-05-06: `python -m ae_core.maintenance refit`",
        "- Python 3.12.1, Keras 3.15 on tensorflow 2.21, 2026-03-04",
        "",
        "| data | origin | train | validation | fingerprint |",
        "|---|---|---|---|---|",
        "| svhn | own copy | 42,000 | 18,000 | `ab` |",
        "",
        "## Measured on test images (speckle noise, level 60, seed 0)",
        "",
        "| test data | images | what | MSE | PSNR dB | PSNR of mean MSE | SSIM |",
        "|---|---|---|---|---|---|---|",
        "| svhn | 1,200 | network | 0.01235 | 20.12 | 19.99 | 0.8765 |",
        "| svhn | 100 | network, without 1,100 copies of training images | 0.02000 | 17.00 | 16.00 "
        "| – |",
        "| svhn | 1,200 | network, code stored in 8 bits | 0.03000 | identical | identical "
        "| 0.5000 |",
        "| svhn | 1,200 | network, codes searched for in 40 steps (25 ms an image) | 0.01000 | 20.50 "
        "| 20.00 | 0.9000 |",
        "| svhn | 1,200 | PCA, as many values | 0.04000 | 14.00 | 13.00 | 0.2500 |",
        "| svhn | 1,200 | PCA fitted for PSNR, as many values | 0.04500 | 14.50 | 12.75 | 0.3750 |",
        "| svhn | 1,200 | noisy input | 0.05000 | 13.50 | 12.50 | 0.1250 |",
        "",
        "## Code sizes, svhn",
        "",
        "| values | elastic: PSNR dB | PCA | dedicated networks | difference |",
        "|---|---|---|---|---|",
        "| 4 | 21.50 | 20.25 | 21.75 (conv, not shipped), identical (here) | -0.25, – |",
        "| 8 | identical | 22.00 | – | – |",
        *END,
    ]


END = [
    "",
    "MSE is on [0, 1], after rounding to 8 bits; PSNR is the mean over the images that are not "
    "reproduced exactly. notMNIST comes from Yaroslav Bulatov's collection of typefaces; SVHN "
    "(Netzer et al. 2011) is for non-commercial use.",
]


def test_a_card_of_a_network_without_a_code_on_joined_sets():
    config = TrainConfig(
        network="unet",
        code=0,
        start="gone",
        noise=Noise("gaussian", 25.0, 5.0, 0.5),
        patience=13,
    )
    sets = [PART | {"name": n, "fingerprint": n * 2} for n in ("one", "two")]
    info = INFO | {"title": "Titled", "config": config.to_dict(), "data": {"sets": sets}}
    assert card.card("plain", info, HISTORY, WITHOUT_CODE).splitlines() == [
        "# Titled",
        "",
        "Network `unet`, 99 weights. It has skip connections and so no code to store.",
        "",
        "## Trained",
        "",
        "    # starts at the network of run gone",
        "    python -m ae_core train --data letters --network unet --noise gaussian --level 25 "
        "--low 5 --clean 0.5 --start gone",
        "",
        "- 3 epochs in 1,500 s on a processor, 6 cores (shared with other work), device auto",
        "- best epoch 2 of 3, by validation loss; kept",
        "- Python 3.12.1, Keras 3.15 on tensorflow 2.21, 2026-03-04",
        "",
        "| data | origin | train | validation | fingerprint |",
        "|---|---|---|---|---|",
        "| one | own copy | 42,000 | 18,000 | `oneone` |",
        "| two | own copy | 42,000 | 18,000 | `twotwo` |",
        "",
        "## Measured on test images (no noise)",
        "",
        "| test data | images | what | MSE | PSNR dB | PSNR of mean MSE | SSIM |",
        "|---|---|---|---|---|---|---|",
        "| letters | 1,200 | network | 0.50000 | 3.00 | 2.00 | 0.5000 |",
        "",
        "## Noise levels",
        "",
        "| test data | σ | noise | noisy | network |",
        "|---|---|---|---|---|",
        "| letters | 25 | clipped | identical | 30.13 dB / 0.988 |",
        *END,
    ]


def test_a_rate_networks_code_is_said_in_bits_of_its_stream():
    first = WITH_CODE["tests"][0] | {"rate_level": 128}
    said = card._code(WITH_CODE | {"tests": [first]})
    assert said == (
        "Code of 24 whole numbers at any rate; at level 128 of 255 1,181 bits an image, 32.7 : 1, "
        "all 1,200 images of svhn in one stream."
    )
    assert "stored in 8 bits" not in "\n".join(card._rows(first))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"code": 8}, "--network conv --code 8"),
        (
            {
                "network": "situation-3",
                "code": 4,
                "epochs": 7,
                "patience": 5,
                "learning_rate": 4e-3,
                "warm_up": 0.25,
            },
            "--network situation-3 --epochs 7",
        ),
        (
            {"network": "unet", "code": 0, "noise": Noise()},
            "--network unet --noise none",
        ),
        ({"code": 8, "learning_rate": 0.5}, "--network conv --code 8 --learning-rate 0.5"),
        # trainings of former times did not end by themselves
        ({"code": 8, "patience": 0}, "--network conv --code 8 --patience 0"),
    ],
)
def test_a_command_names_what_is_unusual(config, words):
    config = TrainConfig(**{"patience": 13} | config)
    assert card.command(config) == f"python -m ae_core train --data letters {words}"


ASKED = (
    {"network": "designed", "design": "conv8:k3:s2:relu > map2:k3 > mirror"},
    {"network": "dense", "optimizer": "adam"},
    {"network": "conv", "optimizer": "sgd", "learning_rate": 0.002},
    {"network": "conv", "limit": 100, "batch": 128, "augment": "none"},
    {"network": "conv", "noise": {"kind": "masking"}},
    {"network": "elastic", "noise": {"kind": "gaussian", "level": 30, "low": 30, "clean": 0}},
    {"network": "unet", "noise": {"kind": "gaussian", "level": 30, "low": 5, "unclipped": 0.1}},
)


@pytest.mark.parametrize(
    "config",
    [run.config for run in runs.list_runs() if run.pretrained]
    + [networks.configure({"data": "letters"} | given) for given in ASKED],
    ids=lambda config: f"{config.network}-{config.data}",
)
def test_a_command_asks_for_the_very_training_in_a_shell(config):
    words = shlex.split(card.command(config))
    assert words[:4] == ["python", "-m", "ae_core", "train"]
    parser = argparse.ArgumentParser()
    train.add(parser.add_subparsers())
    config = dataclasses.replace(config, start=None)
    start = words.index("--start") if "--start" in words else len(words)
    assert train._config(parser.parse_args(words[3:start] + words[start + 2 :])) == config


def test_a_network_of_one_level_is_asked_for_by_that_level():
    """Where a level alone would mean all below it."""
    noise = Noise("gaussian", 30.0)
    config = dataclasses.replace(networks.configure({"network": "unet"}), noise=noise)
    assert card.command(config).endswith("--noise gaussian --level 30 --low 30")


def test_a_run_that_took_the_place_of_its_start_is_told_once(monkeypatch):
    config = TrainConfig(network="unet", code=0, start="itself")
    monkeypatch.setattr(runs, "get", {"itself": SimpleNamespace(config=config)}.__getitem__)
    assert card.commands(config) == [card.command(config)]


def test_the_trainings_before_are_told_first(monkeypatch):
    first = SimpleNamespace(
        id="first", config=TrainConfig(network="unet", code=0), history=lambda: HISTORY
    )
    monkeypatch.setattr(runs, "get", {"first": first}.__getitem__)
    config = TrainConfig(network="unet", code=0, start="first")
    assert card._started(config) == ["- before, run first: 3 epochs in 1,500 s"]
    assert card.commands(config) == [card.command(first.config), card.command(config)]


def test_the_table_of_runs():
    def run(name, evaluation):
        return SimpleNamespace(id=name, evaluation=lambda: evaluation)

    rate = WITH_CODE | {"noise": {"kind": "none", "level": 0.0}}
    rate["tests"] = [{k: v for k, v in WITH_CODE["tests"][0].items() if k != "sizes"}]
    rate["tests"][0] |= {"rate_level": 128, "pca": None}
    found = [run("a", WITH_CODE), run("new", None), run("b", WITHOUT_CODE), run("c", rate)]
    assert card.table(found).splitlines() == [
        "| run | noise | code | ratio nominal / stored | test data | images | MSE | PSNR dB | SSIM "
        "| PCA: MSE | PCA: PSNR dB |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
        "| a | speckle 60 | 24 | 8.17 / 32.7 | svhn | 1,200 | 0.01235 | 20.12 | 0.8765 "
        "| 0.04000 | 14.00 |",
        "| b | none | – | – | letters | 1,200 | 0.50000 | 3.00 | 0.5000 | – | – |",
        "| c | none | 24 | – / 32.7 | svhn | 1,200 | 0.01235 | 20.12 | 0.8765 | – | – |",
        "",
        "a on svhn (1,200 images):",
        "",
        *card.sizes_table(SIZES).splitlines(),
    ]
