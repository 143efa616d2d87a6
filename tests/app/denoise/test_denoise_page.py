"""Denoise: every denoiser on the same images, the curve over the level, and what lacks."""

import json
from dataclasses import replace

import measured_files
import numpy as np
import pytest
from app_support import ROOT, texts

PAGE = str(ROOT / "dashboard" / "app_pages" / "denoise" / "page.py")


@pytest.fixture
def quick(monkeypatch):
    """Few images from nowhere, and no TensorFlow in the background."""
    from dashboard.components import inference, warming

    x = np.random.default_rng(0).integers(0, 256, (16, 28, 28, 1), np.uint8)
    monkeypatch.setattr(inference, "images", lambda name, draw, entries: np.roll(x, draw, axis=0))
    monkeypatch.setattr(warming, "warm_up", lambda: None)
    return x


def alts(at):
    return [image.alt for picture in at.get("image") for image in picture.proto.imgs]


def test_without_a_denoiser_the_classical_ones_stand_and_the_training_is_offered(empty, app, quick):
    from ae_core.baselines import DENOISERS

    at = app(PAGE)
    assert "train --data letters --network unet-pca --noise gaussian" in texts(at)
    assert "--denoising" in texts(at)
    for method in set(DENOISERS) - {"BM3D"}:
        assert any(method in alt for alt in alts(at)), method
    at.button(key="denoise_train").click().run()
    assert not at.exception
    asked = at.session_state["train_network"], at.session_state["train_data"]
    assert asked == ("unet-pca", "letters")


def test_of_other_noise_the_denoiser_is_offered_that_knows_nothing_of_it(empty, app, quick):
    at = app(PAGE, data="letters", noise="salt-and-pepper", level="20")
    assert "train --data letters --network unet --noise salt-and-pepper" in texts(at)
    at.button(key="denoise_train").click().run()
    assert not at.exception
    assert at.session_state["train_network"] == "unet"


def test_figures_are_those_of_the_denoisers_on_the_pictures_shown(empty, app, quick):
    from ae_core.baselines import DENOISERS
    from ae_core.images import metrics, noise
    from ae_core.images.noise import Noise

    at = app(PAGE, level="50", images="4", data="letters")
    x = quick[:4]
    x_noisy = noise.corrupt(x, Noise("gaussian", 50.0), seed=0)
    words = texts(at)
    assert f"{metrics.psnr(x, x_noisy).mean():.1f} dB" in words
    for method in ("bilateral", "total variation"):
        x_hat = DENOISERS[method](x_noisy, 50.0)
        assert f"{metrics.psnr(x, x_hat).mean():.1f} dB" in words, method


def test_the_slow_denoiser_works_only_when_asked(empty, app, quick, monkeypatch):
    from ae_core.baselines import DENOISERS

    # The package is optional; here it stands for any that is there.
    monkeypatch.setitem(DENOISERS, "BM3D", lambda x_noisy, sigma: 255 - x_noisy)
    at = app(PAGE)
    assert not any("BM3D" in alt for alt in alts(at))
    at.toggle(key="denoise_slow").set_value(True).run()
    assert not at.exception
    assert any("BM3D" in alt for alt in alts(at))


def test_level_count_and_draw_move_the_pictures_and_the_address(empty, app, quick):
    at = app(PAGE)
    before = texts(at)
    at.select_slider(key="denoise_level").set_value(60.0).run()
    at.select_slider(key="denoise_count").set_value(4).run()
    at.button(key="denoise_others").click().run()
    assert not at.exception and texts(at) != before
    moved = dict(at.query_params)
    assert {"level": "60", "images": "4", "draw": "1"}.items() <= moved.items()
    assert any("images 1 to 4" in alt for alt in alts(at))
    again = app(PAGE, **{k: str(v) for k, v in moved.items()})
    assert "not understood" not in texts(again)
    assert dict(again.query_params).items() >= moved.items()


@pytest.mark.parametrize(
    "address",
    [
        {"level": "0"},
        {"level": "nan"},
        {"images": "5"},
        {"draw": "-1"},
        {"curve": "odd"},
        {"data": "../x"},
        {"slow": "perhaps"},
        {"run": "nobody"},
        {"noise": "none"},
        {"nonsense": "1"},
    ],
)
def test_senseless_address_falls_back_with_one_notice(empty, app, quick, address):
    at = app(PAGE, **address)
    notices = [info.value for info in at.info if "not understood" in info.value]
    assert len(notices) == 1 and next(iter(address)) in notices[0]
    assert at.query_params["level"] == "25" and at.query_params["data"] == "letters"


def test_missing_data_set_is_one_sentence_with_what_to_do(empty, app):
    at = app(PAGE, data="svhn")
    assert len(at.error) == 1 and "python -m ae_core data download svhn" in at.error[0].value


def test_our_network_stands_beside_them(artifacts, app):
    measured_files.denoising(artifacts / "pretrained" / "denoiser-letters")
    at = app(PAGE, data="letters", level="50")
    assert not at.error
    assert any("Row denoiser" in alt for alt in alts(at)) or "Loading TensorFlow" in texts(at)
    (chart,) = at.get("plotly_chart")
    drawn = {trace["name"]: trace for trace in json.loads(chart.proto.spec)["data"]}
    assert list(drawn)[0] == "denoiser" and {"wavelets", "noisy"} <= set(drawn)
    assert drawn["denoiser"]["line"]["dash"] == "solid"
    assert drawn["wavelets"]["line"]["dash"] == "dash"
    assert "Measured on 134 test images of letters" in texts(at)
    assert "BM3D" not in drawn and "BM3D is measured on 6 images only" in texts(at)
    assert "28.4 dB, the network 29.6 dB" in texts(at)
    clipped = drawn["denoiser"]["y"]
    at.segmented_control(key="denoise_curve").set_value("unclipped").run()
    assert not at.exception and at.query_params["curve"] == "unclipped"
    (chart,) = at.get("plotly_chart")
    assert json.loads(chart.proto.spec)["data"][0]["y"] != clipped


def test_every_network_that_removes_noise_can_be_chosen_own_ones_first(artifacts, app, quick):
    from ae_core import runs

    own = runs.list_runs()[0]
    at = app(PAGE)
    chosen = at.selectbox(key="denoise_network")
    assert chosen.value == "denoiser-letters" and "run" not in at.query_params
    assert [option.partition(" ·")[0] for option in chosen.options] == [
        "My own network",
        "denoiser-letters",
    ]
    chosen.set_value(own.id).run()
    assert not at.exception and at.query_params["run"] == own.id
    assert "My own network: trained on letters with Gaussian 25" in texts(at)
    assert "are now those" not in texts(at)


def test_a_network_of_another_noise_brings_its_noise(artifacts, app, quick):
    from ae_core import runs

    own = runs.list_runs()[0]
    config = own.info["config"]
    config["noise"] |= {"kind": "masking", "level": 40.0}
    own.update_info(config=config)
    at = app(PAGE)
    at.selectbox(key="denoise_network").set_value(own.id).run()
    assert not at.exception
    wanted = {"noise": "masking", "level": "40", "run": own.id}
    assert wanted.items() <= dict(at.query_params).items()
    assert at.selectbox(key="denoise_kind").value == "masking"
    assert "My own network" in texts(at) and "made for: missing pixels 40, letters" in texts(at)
    assert "told the standard deviation" in texts(at) and "Gaussian noise: choose it" in texts(at)
    assert not any("denoiser" in alt for alt in alts(at))
    again = app(PAGE, run=own.id)
    assert wanted.items() <= dict(again.query_params).items() and not again.info
    odd = app(PAGE, run=own.id, noise="speckle")
    assert "does not go with" in odd.info[0].value and odd.query_params["noise"] == "speckle"
    at.selectbox(key="denoise_kind").set_value("speckle").run()
    assert "run" not in at.query_params and "was trained to remove this noise (speckle)" in texts(at)
    at.button(key="denoise_train").click().run()
    assert at.session_state["train_kind"] == "speckle" and not at.exception


def test_what_classical_methods_are_told_is_the_strength_of_the_noise(quick):
    from ae_core.images import noise
    from ae_core.images.noise import Noise
    from dashboard.app_pages.denoise import compute

    x_noisy = noise.corrupt(quick, Noise("masking", 40.0), seed=0)
    told = compute.strength(quick, x_noisy, Noise("masking", 40.0))
    assert told == pytest.approx(np.std(x_noisy.astype(float) - quick), rel=0.3) and told > 50
    assert compute.strength(quick, quick, Noise("gaussian", 25.0)) == 25.0
    assert compute.strength(quick, quick, Noise("poisson", 5.0)) == 1.0


def test_networks_measured_on_the_same_pictures_share_a_chart(tmp_path):
    from ae_core.runs import tables
    from dashboard.app_pages.denoise import chart as denoise_chart

    def table(run, method, **other):
        (tmp_path / run).mkdir(exist_ok=True)
        block = measured_files.denoising(tmp_path / run, method=method)["tests"][0] | other
        return tables.Table(run, "letters", tuple(block.pop("rows")), block)

    one, two = table("one", "unet"), table("two", "elastic")
    both = denoise_chart.joined([two, one], "letters", ["one", "two"])
    assert both.run_id == "one" and both.rows[: len(one.rows)] == one.rows
    assert list(denoise_chart.curves(both, "clipped"))[:2] == ["unet", "elastic"]
    assert len(both.rows) == len(one.rows) + 12
    (few,) = [row for row in two.rows if row["method"] == "BM3D"]
    whole = {**few, "images": two.images, "psnr": 27.8}
    two = replace(two, rows=(*(row for row in two.rows if row is not few), whole))
    better = denoise_chart.joined([two, one], "letters", ["one", "two"])
    assert denoise_chart.curves(better, "clipped")["BM3D"] == [whole]
    assert denoise_chart.fewer(better, "clipped", 25) == []
    other = table("two", "elastic", fingerprint="another")
    assert denoise_chart.joined([one, other], "letters", ["one"]).rows == one.rows
    assert denoise_chart.joined([one], "svhn", ["one"]) is None


@pytest.mark.parametrize("odd", ["{", {"images": [3]}, {"rows": [{"method": ["odd"]}]}])
def test_damaged_table_is_one_sentence(artifacts, app, quick, odd):
    folder = artifacts / "pretrained" / "denoiser-letters"
    whole = measured_files.denoising(folder)
    whole["tests"][0] |= {} if odd == "{" else odd
    (folder / "denoising.json").write_text(odd if odd == "{" else json.dumps(whole))
    at = app(PAGE, data="letters")
    assert len([w.value for w in at.warning if "denoising.json" in w.value]) == 1
    assert not at.exception


def test_portuguese(empty, app, quick):
    at = app(PAGE, locale="pt-BR")
    assert "Quem remove o ruído recebe só a imagem ruidosa" in texts(at)
    assert any("variação total" in alt for alt in alts(at))
