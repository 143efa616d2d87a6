"""Own images of any size on every page: not square, no multiples of 4, smaller than SSIM's window."""

import base64
import io
import os

import numpy as np
import pytest
from app_support import ROOT, texts
from PIL import Image

from ae_core import data, networks, runs
from ae_core.baselines import codecs
from ae_core.data.own import store
from ae_core.evaluation import evaluate, rate_quality
from ae_core.training import examples

SETS = {"wide": (14, 22, 3), "tiny": (9, 9, 1)}
KINDS = {"conv": 20, "unet": 0, "rate": 20}


@pytest.fixture(scope="module")
def ids(tmp_path_factory):
    """Own sets, and of each a run of several kinds, as its training begins: (set, kind) → run."""
    import streamlit as st

    folder = tmp_path_factory.mktemp("sizes")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_DATA_DIR", str(folder / "data"))
        patch.setenv("AE_ARTIFACTS_DIR", str(folder / "artifacts"))
        patch.setattr(data, "_loaded", {})
        st.cache_data.clear()
        st.cache_resource.clear()
        for name, shape in SETS.items():
            store.save(name, name, waves(shape), np.arange(60) % 2, ["a", "b"])
        yield {(s, k): made(s, k, SETS[s]) for s in SETS for k in KINDS}
        assert os.environ["AE_DATA_DIR"] == str(folder / "data")


def waves(shape):
    height, width, channels = shape
    v, u = np.mgrid[0:height, 0:width] / max(height, width)
    a, b, phase = np.random.default_rng(3).uniform(-9, 9, (3, 60, 1, 1, channels))
    x = 128 + 100 * np.sin(a * u[..., None] + b * v[..., None] + phase)
    return x.astype(np.uint8)


def made(name, kind, shape):
    given = {"data": f"own-{name}", "network": kind, "epochs": 1}
    given |= {"code": KINDS[kind]} if KINDS[kind] else {"noise": {"kind": "gaussian", "level": 25.0}}
    config = networks.configure(given)
    run, about = runs.create(config, f"{name} {kind}"), networks.kind(kind)
    network, train = networks.build(config, shape), data.load(config.data).train.x
    about.start(network, train, np.ones(len(train)))
    about.stored(network, train).save(run.model_path)
    examples.write(run)
    line = "1,0.2,0.25,12,0.001,1.5,130,0"
    (run.folder / "history.csv").write_text(",".join(runs.HISTORY_COLUMNS) + f"\n{line}\n")
    run.update_status(state="finished", started=0.0, finished=9.0)
    evaluate.evaluate(run)
    if about.bits:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(codecs, "CODECS", {"JPEG": codecs.CODECS["JPEG"]})
            patch.setattr(rate_quality.pca_codec, "STEPS", (16,))
            rate_quality.measure(run, images=4, levels=(0, 128), qualities=2)
    return run.id


@pytest.fixture(autouse=True)
def loaded(monkeypatch):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "warm_up", lambda: None)
    monkeypatch.setattr(warming, "ready", lambda: True)


def page(name):
    return str(ROOT / "dashboard" / "app_pages" / name / "page.py")


def sizes(at):
    """The sizes of the images on a page, (width, height)."""
    urls = [image.url for picture in at.get("image") for image in picture.proto.imgs]
    contents = [base64.b64decode(u.partition(",")[2]) for u in urls if u.startswith("data:image/png")]
    return [Image.open(io.BytesIO(content)).size for content in contents]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("where", ["explore", "latent", "denoise", "rate", "data", "design", "train"])
def test_a_set_of_any_size_is_shown(where, name, ids, app):
    at = app(page(where), data=f"own-{name}")
    assert not at.exception and not at.error and not at.warning
    assert "nan" not in texts(at).lower().replace("nanmean", "")
    if where in ("explore", "latent", "denoise", "data"):
        assert sizes(at)
    if where == "rate":
        (chart,) = at.get("plotly_chart")
        assert "JPEG" in chart.proto.spec and "PCA" in chart.proto.spec


@pytest.mark.parametrize("name", SETS)
def test_its_networks_are_compared_and_drawn(name, ids, app):
    both = [ids[name, "conv"], ids[name, "rate"]]
    at = app(page("compare"), runs=",".join(both))
    assert not at.exception and not at.error and f"{name} conv" in texts(at)
    drawn = app(page("architecture"), run=both[0])
    assert not drawn.exception and not drawn.error


def test_images_too_small_for_ssim_have_a_dash_in_its_place(ids, app):
    at = app(page("explore"), data="own-tiny", code="20")
    assert not at.error and " dB" in texts(at) and "SSIM –" in texts(at)


@pytest.mark.parametrize("name", SETS)
def test_every_network_is_offered_for_training_but_the_situations(name, ids, app):
    at = app(page("train"), data=f"own-{name}")
    possible = at.selectbox(key="train_network").options
    assert len(possible) >= 5 and not any("Situation" in label for label in possible)
    for kind in ("elastic", "designed", "unet"):
        at.selectbox(key="train_network").set_value(kind).run()
        assert not at.exception and not at.error, kind
