"""Settings of the classical denoisers: kept ones are whole, a search finds what is better."""

import json
from pathlib import Path

import numpy as np
import pytest

from ae_core.baselines import denoisers
from ae_core.errors import UserError
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise
from ae_core.maintenance import tune_denoisers

STORED = Path(denoisers.__file__).with_name("denoiser_settings.json")


@pytest.fixture(scope="module")
def kept():
    return json.loads(STORED.read_text(encoding="utf-8"))


def test_kept_settings_are_whole_and_say_where_they_come_from(kept):
    assert kept["schema"] == tune_denoisers.SCHEMA and kept["created"][:2] == "20"
    assert set(kept["settings"]) == set(tune_denoisers.START) == set(denoisers.METHODS) - {"BM3D"}
    for channels, shown in kept["tuned_on"].items():
        assert shown["split"] == "validation" and shown["images"] >= 16 and shown["data"]
        for name, start in tune_denoisers.START.items():
            for kind in tune_denoisers.NOISES:
                rows = kept["settings"][name][channels][kind]
                assert [row["sigma"] for row in rows] == list(tune_denoisers.SIGMAS)
                assert all(set(row) == {"sigma", "psnr", *start} for row in rows)
                psnr = [row["psnr"] for row in rows]
                assert psnr == sorted(psnr, reverse=True)
    assert set(kept["tuned_on"]) == {"1", "3"}


def test_settings_between_levels(kept):
    rows = kept["settings"]["non-local means"]["3"]["clipped"]
    by_sigma = {row["sigma"]: row for row in rows}
    for sigma in tune_denoisers.SIGMAS:
        found = denoisers.tuned("non-local means", sigma, 3)
        assert found == {key: by_sigma[sigma][key] for key in ("patch", "strength")}
    between = denoisers.tuned("non-local means", 20, 3)
    middle = (by_sigma[15]["strength"] + by_sigma[25]["strength"]) / 2
    assert between["strength"] == pytest.approx(middle) and isinstance(between["patch"], int)
    assert denoisers.tuned("non-local means", 1, 3) == denoisers.tuned("non-local means", 5, 3)
    assert denoisers.tuned("non-local means", 200, 3) == denoisers.tuned("non-local means", 75, 3)
    assert denoisers.tuned("BM3D", 25, 3) == {}


def test_kind_of_noise_and_channels_choose_the_settings(kept):
    for name in tune_denoisers.START:
        for channels in (1, 3):
            for kind in tune_denoisers.NOISES:
                row = next(r for r in kept["settings"][name][str(channels)][kind] if r["sigma"] == 25)
                found = denoisers.tuned(name, 25, channels, kind)
                assert found == {k: v for k, v in row.items() if k not in ("sigma", "psnr")}


def test_a_call_uses_them():
    x = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    for x_noisy, kind in ((x, "clipped"), (x.astype(np.float32) - 9, "unclipped")):
        settings = denoisers.tuned("total variation", 30, 3, kind)
        own = denoisers.total_variation(x_noisy, 30, **settings)
        np.testing.assert_array_equal(denoisers.denoise("total variation", x_noisy, 30), own)
        np.testing.assert_array_equal(denoisers.DENOISERS["total variation"](x_noisy, 30), own)
    with pytest.raises(UserError, match="known are wavelets"):
        denoisers.denoise("prayer", x, 30)


def test_climbing_ends_on_a_top():
    rows, columns = np.mgrid[0:32, 0:32]
    x = np.stack([(96 + 60 * ((rows // k + columns // k) % 2)).astype(np.uint8) for k in (4, 8)])
    x = np.repeat(x[..., None], 3, axis=-1)
    x_noisy = noise.corrupt(x, Noise("gaussian", 25), seed=3)
    starts = {"wavelets": {"strength": 3.0}, "bilateral": {"likeness": 0.5, "nearness": 3.0}}
    for name, start in starts.items():
        found, reached = tune_denoisers.climb(name, start, x, x_noisy, 25)

        def psnr(settings, name=name):
            return metrics.psnr(x, denoisers.METHODS[name](x_noisy, 25, **settings)).mean()

        assert reached == pytest.approx(psnr(found)) and reached > psnr(start) + 1
        for key, value in found.items():
            for step in (1.25, 1 / 1.25):
                assert psnr(found | {key: value * step}) < reached + 0.05


@pytest.mark.long
def test_tuning_writes_a_file_that_is_read(few_letters, monkeypatch, tmp_path):
    from ae_core import data

    path = tmp_path / "settings.json"
    few = {name: tune_denoisers.START[name] for name in ("wavelets", "non-local means")}
    monkeypatch.setattr(tune_denoisers, "START", few)
    grey = data.load("letters")
    colour = type(grey)(
        **{
            **grey.__dict__,
            "name": "colour",
            **{
                s: type(grey.test)(np.repeat(getattr(grey, s).x, 3, axis=-1), getattr(grey, s).labels)
                for s in ("train", "validation", "test")
            },
        }
    )
    monkeypatch.setattr(data, "load", {"letters": grey, "colour": colour}.get)
    said = []
    found = tune_denoisers.tune(
        ["letters", "colour"], images=4, sigmas=(15, 50), progress=lambda f, w: said.append(f)
    )
    assert said == sorted(said) and said[-1] == 1
    tune_denoisers.write(found, path)
    assert json.loads(path.read_text()) == found
    assert max(len(line) for line in path.read_text().splitlines()) < 300
    assert found["tuned_on"]["1"]["images"] == 4
    for channels in ("1", "3"):
        rows = found["settings"]["non-local means"][channels]["unclipped"]
        assert [row["sigma"] for row in rows] == [15, 50]
        assert all(3 <= row["patch"] <= 7 and row["strength"] > 0 for row in rows)


def test_a_folder_in_place_of_the_file_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match="Cannot write to"):
        tune_denoisers.write({"settings": {}}, tmp_path)


def test_one_grey_and_one_colour_set_are_needed(few_letters):
    with pytest.raises(UserError, match="one grey and one colour"):
        tune_denoisers.tune(["letters"])
    with pytest.raises(UserError, match="At least one"):
        tune_denoisers.tune(images=0)
