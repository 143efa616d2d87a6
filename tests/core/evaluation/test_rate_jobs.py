"""A measurement of one's own: any set, networks that have a code, a table at the end or nothing."""

import json
import time

import keras
import numpy as np
import pytest

from ae_core import networks, runs
from ae_core.baselines import codecs
from ae_core.cli import main
from ae_core.config import TrainConfig
from ae_core.data.own.convert import import_images
from ae_core.errors import UserError
from ae_core.evaluation import rate_jobs, rate_quality
from ae_core.evaluation.rate_jobs import Order
from ae_core.images.noise import Noise
from ae_core.runs import tables

SHAPE = (28, 28, 1)


@pytest.fixture(scope="module")
def own(few_letters):
    """A small set of own images, and a network as it is built that takes such images."""
    v, u = np.mgrid[0:28, 0:28] / 28
    waves = np.random.default_rng(5).uniform(-9, 9, (80, 2, 1, 1))
    x = (128 + 100 * np.sin(waves[:, 0] * u + waves[:, 1] * v)).astype(np.uint8)
    np.savez(few_letters / "waves.npz", x=x)
    name = import_images(few_letters / "waves.npz", "waves", 28, "grey").dataset
    return name, made(TrainConfig(data=name, network="situation-3", code=4))


@pytest.fixture(autouse=True)
def few_settings(monkeypatch):
    few = {name: codecs.CODECS[name] for name in ("JPEG", "WebP")}
    monkeypatch.setattr(codecs, "CODECS", few)
    monkeypatch.setattr(rate_quality.pca_codec, "STEPS", (4, 16))


def made(config):
    keras.utils.set_random_seed(1)
    run = runs.create(config)
    networks.build(config, SHAPE).save(run.model_path)
    run.update_status(state="finished")
    return run


def test_own_images_through_an_own_network_end_with_a_table(own):
    name, run = own
    order, said = Order(name, (run.id,), 5), []
    found = rate_jobs.create(order)
    assert found.state() == "queued" and found.order() == order and found.created()
    assert rate_jobs.work(found, lambda share, doing: said.append((share, doing))) == "finished"
    assert rate_jobs.get(found.id).state() == "finished"
    assert found.status()["started"] <= found.status()["finished"] <= time.time()
    assert {doing for _, doing in said} == {"JPEG", "WebP", "PCA", run.id}
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    (table,), problems = tables.every(rate_jobs.listed(), tables.RATE)
    assert not problems and (table.data, table.images, table.shape) == (name, 5, SHAPE)
    nominal, stored = [row for row in table.rows if row["codec"] == run.id]
    assert (nominal["accounting"], nominal["bits_per_image"]) == ("nominal", 32 * 4)
    assert stored["accounting"] == "stored" and stored["run"] == run.id and stored["own"]
    assert {row["codec"] for row in table.rows} == {"JPEG", "WebP", "PCA", run.id}
    found.remove()
    assert rate_jobs.listed() == []


def test_a_cancelled_measurement_leaves_no_table_and_goes_with_the_next(own):
    name, run = own
    found = rate_jobs.create(Order(name, (run.id,), 5))
    with pytest.raises(UserError, match="^Another measurement"):
        rate_jobs.create(Order(name, (run.id,)))

    def cancel(share, doing):
        found.cancel_path.touch()
        time.sleep(0.25)  # the folder is looked at five times a second

    assert rate_jobs.work(found, cancel) == "cancelled"
    assert found.state() == "cancelled" and not (found.folder / tables.RATE).exists()
    assert not any(path.name.startswith(".") for path in found.folder.iterdir())
    after = rate_jobs.create(Order(name, (run.id,)))
    assert rate_jobs.listed() == [after]
    after.update_status(state="failed")
    after.remove()


def test_what_cannot_be_measured_is_said_at_once(own):
    name, run = own
    unet = made(TrainConfig(network="unet", code=0, noise=Noise("gaussian", 25.0)))
    for order, words in (
        (Order(name, ()), "^At least one network"),
        (Order(name, (run.id,), 0), "^At least one test image"),
        (Order(name, (unet.id,)), "no network with a code"),
        (Order("numbers", (run.id,)), "takes images of 28×28.*those of numbers are 32×32"),
        (Order(name, ("no-run",)), "There is no run"),
        (Order("own-nothing", (run.id,)), "own-nothing"),
    ):
        with pytest.raises(UserError, match=words):
            rate_jobs.create(order)
    assert rate_jobs.listed() == []


def test_the_command_line_measures_them_too(own, capsys):
    name, run = own
    assert main(["evaluate", run.id, "--rate-quality", "--data", name, "--images", "3"]) == 0
    said = capsys.readouterr().out
    assert f"{name}: 3 test images" in said and f"{run.id}, nominal" in said
    (found,) = rate_jobs.listed()
    assert tables.read(found, tables.RATE)[0]["images"] == 3
    found.remove()
    assert main(["evaluate", run.id, "--rate-quality", "--images", "2", "--json"]) == 0
    (block,) = json.loads(capsys.readouterr().out)["tests"]
    assert (block["data"], block["images"]) == (name, 2)
    other = made(TrainConfig(network="situation-4", code=1))
    assert main(["evaluate", run.id, other.id]) == 2
    assert capsys.readouterr().err.startswith("error: One run at a time")
