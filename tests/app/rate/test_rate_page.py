"""Rate and quality: the chart, the images at a point, the best choice, its address, what lacks."""

import json

import measured_files
import numpy as np
import pytest
from app_support import ROOT, texts

PAGE = str(ROOT / "dashboard" / "app_pages" / "rate" / "page.py")


@pytest.fixture
def codec(empty, monkeypatch):
    """A run of a rate network as the page sees it: its table, and a stand-in for its weights."""
    from ae_core import runs
    from ae_core.config import TrainConfig
    from dashboard.components import coding, inference, warming

    run = runs.create(TrainConfig(data="letters", network="rate", code=64), "Codec")
    run.model_path.write_bytes(b"not read here")
    run.update_status(state="finished")
    measured_files.rate_quality(run.folder)
    x = np.random.default_rng(0).integers(0, 256, (16, *measured_files.SHAPE), np.uint8)

    def ours(run_id, level, x):
        assert run_id == run.id and 0 <= level <= 255
        return coding.Coded(x // 2, 51.0 * len(x))

    monkeypatch.setattr(warming, "ready", lambda: True)
    monkeypatch.setattr(warming, "warm_up", lambda: None)
    monkeypatch.setattr(inference, "images", lambda name, draw, entries: x)
    monkeypatch.setattr(coding, "ours", ours)
    return run


def spec(at):
    (chart,) = at.get("plotly_chart")
    return json.loads(chart.proto.spec), chart.proto.alt


def alts(at):
    return [image.alt for picture in at.get("image") for image in picture.proto.imgs]


def test_without_a_rate_network_the_page_says_how_to_train_one(empty, app):
    at = app(PAGE)
    assert "python -m ae_core train --network rate" in texts(at)
    assert "--rate-quality" in texts(at)


def test_unmeasured_network_is_named_in_the_command(codec, app):
    (codec.folder / "rate_quality.json").unlink()
    at = app(PAGE)
    assert f"python -m ae_core evaluate {codec.id} --rate-quality" in texts(at)
    assert not at.get("plotly_chart")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"schema": 7}',
        '{"schema": 1, "tests": [{"data": "x", "rows": 3}]}',
        '{"schema": 1, "tests": [{"data": "x", "images": "many", "shape": [28, 28, 1], "rows": []}]}',
    ],
)
def test_damaged_table_is_one_sentence(codec, app, content):
    (codec.folder / "rate_quality.json").write_text(content)
    at = app(PAGE)
    assert len(at.warning) == 1 and "rate_quality.json" in at.warning[0].value


def test_rows_without_a_place_are_left_out(codec, app):
    path = codec.folder / "rate_quality.json"
    whole = json.loads(path.read_text())
    for row in whole["tests"][0]["rows"]:
        row["psnr"] = None if row["codec"] == "JPEG" else row["psnr"]
        row["ssim"] = None if row["codec"] == "WebP" else row["ssim"]
    path.write_text(json.dumps(whole))
    at = app(PAGE, y="ssim")
    drawn = {trace.get("name"): trace for trace in spec(at)[0]["data"]}
    assert "JPEG" not in drawn and not drawn["WebP"]["x"] and drawn["ours"]["x"]


@pytest.mark.parametrize("codecs", [("ours",), ("AVIF",), ("ours", "AVIF")])
@pytest.mark.parametrize(("name", "value"), [("setting", None), ("bits_per_image", 0)])
def test_rows_that_no_picture_can_be_made_of_leave_the_page_whole(codec, app, codecs, name, value):
    path = codec.folder / "rate_quality.json"
    whole = json.loads(path.read_text())
    for row in whole["tests"][0]["rows"]:
        row[name] = value if row["codec"] in codecs else row[name]
    path.write_text(json.dumps(whole))
    at = app(PAGE, codec="AVIF")
    assert not at.exception
    if name == "setting":
        assert not any(word in alt for alt in alts(at) for word in codecs)


def test_every_codec_has_its_curve_and_its_saving(codec, app):
    at = app(PAGE)
    drawn, alt = spec(at)
    dashes = {t["name"]: t["line"]["dash"] for t in drawn["data"] if "dash" in t.get("line", {})}
    assert dashes == {
        "ours": "solid",
        "JPEG": "dash",
        "WebP": "dash",
        "AVIF": "dash",
        "JPEG 2000": "dash",
        "PCA": "dot",
    }
    assert all(name in alt for name in dashes)
    assert "31 %" in texts(at) and "fewer bits than AVIF" in texts(at)
    assert "more bits than PCA" in texts(at) and "134 test images" in texts(at)
    assert "than WebP (24.0 to 34.0 dB), JPEG (24.0 to 34.0 dB)." in texts(at)
    assert "No saving is given beside JPEG 2000: too little in common" in texts(at)


def test_axes_and_accounting_move_the_chart_and_the_address(codec, app):
    at = app(PAGE)
    before = spec(at)[0]
    at.segmented_control(key="rate_x").set_value("ratio").run()
    at.segmented_control(key="rate_y").set_value("ssim").run()
    at.selectbox(key="rate_count").set_value("file").run()
    assert not at.exception
    after = spec(at)[0]
    assert "ratio" in after["layout"]["xaxis"]["title"]["text"]
    assert "SSIM" in after["layout"]["yaxis"]["title"]["text"]
    assert before["data"][1]["customdata"][0][1] == "mosaic"
    assert after["data"][1]["customdata"][0][1] == "file"
    wanted = {"data": "letters", "run": codec.id, "count": "file", "x": "ratio", "y": "ssim"}
    assert wanted.items() <= dict(at.query_params).items()
    again = app(PAGE, **{k: str(v) for k, v in at.query_params.items()})
    assert spec(again)[0]["data"] == after["data"] and not again.info


def test_pictures_stand_side_by_side_with_their_bytes(codec, app):
    from dashboard.components import coding

    at = app(PAGE, codec="WebP", setting="45", count="file")
    assert not at.warning and not at.error
    found = alts(at)
    for name in ("original", "ours", "WebP"):
        assert any(name in alt for alt in found), name
    from dashboard.components import inference

    x = inference.images("letters", 0, [])[:8]
    coded = coding.classical("WebP", 45.0, "file", x)
    assert f"{coded.total / 8:.1f} bytes" in texts(at) and "51.0 bytes each" in texts(at)
    assert len(coded.each) == 8 and sum(coded.each) == coded.total
    at.select_slider(key="rate_pick").set_value(3).run()
    assert any("Image 3 enlarged: WebP" in alt for alt in alts(at))


def test_every_accounting_has_live_pictures(codec, app):
    from dashboard.components import coding, inference

    x = inference.images("letters", 0, [])[:8]
    sizes = {c: coding.classical("JPEG", 45.0, c, x) for c in ("file", "no container", "mosaic")}
    assert all(coded.x_hat.shape == x.shape for coded in sizes.values())
    assert sizes["no container"].total < sizes["file"].total
    assert sizes["mosaic"].total < sizes["file"].total and not sizes["mosaic"].each
    assert np.array_equal(sizes["file"].x_hat, sizes["no container"].x_hat)


def test_before_tensorflow_is_there_the_page_stands_and_says_what_follows(codec, app, monkeypatch):
    from dashboard.components import warming

    monkeypatch.setattr(warming, "ready", lambda: False)
    at = app(PAGE)
    assert "Loading TensorFlow" in texts(at)
    assert any("AVIF" in alt for alt in alts(at)) and not any("ours" in alt for alt in alts(at))


def test_missing_pictures_are_one_sentence_and_the_chart_stays(codec, app, monkeypatch):
    from ae_core.errors import DataMissing
    from dashboard.components import inference

    def missing(name, draw, entries):
        raise DataMissing("not here")

    monkeypatch.setattr(inference, "images", missing)
    at = app(PAGE)
    assert "python -m ae_core data download letters" in texts(at)
    assert at.get("plotly_chart") and "ae-table" in texts(at)


def test_the_goal_is_answered_for_each_accounting(codec, app):
    at = app(PAGE)
    table = next(h.value for h in at.html if "ae-table" in h.value)
    assert table.count("<tr") == 7 and "nothing measured reaches this" in table
    at.segmented_control(key="rate_goal").set_value("db").run()
    at.select_slider(key="rate_db").set_value(34).run()
    assert not at.exception
    assert at.query_params["goal"] == "db" and at.query_params["limit"] == "34"
    assert next(h.value for h in at.html if "ae-table" in h.value) != table


SENSELESS = {
    "data": "../../etc/passwd",
    "count": "free",
    "x": "<script>",
    "y": "vmaf",
    "codec": "GIF",
    "setting": "nan",
    "goal": "fun",
    "limit": "-3",
    "run": "x",
    "nonsense": "1",
}


@pytest.mark.parametrize("name", SENSELESS)
def test_each_senseless_parameter_is_left_out_by_itself(codec, name):
    from ae_core.runs import tables
    from dashboard.app_pages.rate import view

    found, _ = tables.every([codec], tables.RATE)
    start, _ = view.from_address({}, found)
    assert view.from_address({name: SENSELESS[name]}, found) == (start, [name])


def test_senseless_address_falls_back_with_one_notice(codec, app):
    some = ("data", "count", "setting", "run", "nonsense")  # a notice names five
    at = app(PAGE, **{name: SENSELESS[name] for name in some})
    (notice,) = at.info
    assert all(name in notice.value for name in some)
    assert at.query_params["count"] == "mosaic" and at.get("plotly_chart")


def test_an_own_training_stands_in_the_chart_once_it_is_measured(codec, app):
    from ae_core import runs
    from ae_core.config import TrainConfig

    run = runs.create(TrainConfig(data="letters", network="conv", code=32), "Mine <b>")
    stored = {"bits_per_image": 150.0, "summary": measured_files.quality(23.5)}
    tests = [measured_files.tested(24.0, fingerprint="0", stored=stored)]
    measured_files.evaluation(run.folder, tests, values=32)
    at = app(PAGE)
    (mine,) = [trace for trace in spec(at)[0]["data"] if trace.get("legendgroup") == "own"]
    assert mine["x"] == [32 * 32, 150.0] and mine["y"] == [24.0, 23.5]
    assert "Mine &lt;b&gt;" in mine["hovertemplate"][0] and mine["text"][0] == "32"
    situations = [t for t in spec(at)[0]["data"] if t.get("legendgroup") == "situations"]
    assert [trace["text"][0] for trace in situations] == ["1", "2", "3", "4"]
    nothing = [measured_files.tested(24.0, fingerprint="0", stored=stored | {"bits_per_image": 0})]
    measured_files.evaluation(run.folder, nothing, values=32)
    at.run()
    (mine,) = [trace for trace in spec(at)[0]["data"] if trace.get("legendgroup") == "own"]
    assert mine["x"] == [32 * 32]
    elsewhere = [measured_files.tested(24.0, fingerprint="other images", stored=stored)]
    measured_files.evaluation(run.folder, elsewhere, values=32)
    at.run()
    assert not any(trace.get("legendgroup") == "own" for trace in spec(at)[0]["data"])


def test_a_table_without_a_rate_network_compares_nothing_with_ours(codec, app):
    path = codec.folder / "rate_quality.json"
    whole = json.loads(path.read_text())
    (block,) = whole["tests"]
    block["rows"] = [row for row in block["rows"] if row["codec"] != "ours"]
    empty = dict.fromkeys(("percent", "from_db", "to_db", "fewer_bits_everywhere"))
    savings = [line | empty for line in block["bd_rate"]]  # as such a measurement writes them
    path.write_text(json.dumps(whole | {"tests": [block | {"bd_rate": savings}]}))
    at = app(PAGE)
    assert "no rate network was measured" in texts(at) and "fewer bits than" not in texts(at)
    assert "too little in common" not in texts(at)
    assert at.selectbox(key="rate_codec").label == "Codec"
    assert any("AVIF" in alt for alt in alts(at)) and not any("ours" in alt for alt in alts(at))


def test_a_hair_of_common_quality_is_no_headline(codec, app):
    path = codec.folder / "rate_quality.json"
    whole = json.loads(path.read_text())
    (block,) = whole["tests"]
    span = {"percent": -54.4, "from_db": 23.6, "to_db": 24.3, "fewer_bits_everywhere": True}
    savings = [line | span for line in block["bd_rate"]]
    path.write_text(json.dumps(whole | {"tests": [block | {"bd_rate": savings}]}))
    for locale, none, less in (
        ("en-US", "too little in common, less than 2 dB", "ewer bits"),
        ("pt-BR", "muito pouco em comum, menos de 2 dB", "enos bits"),
    ):
        at = app(PAGE, locale=locale)
        (said,) = [h.value for h in at.html if "ae-sum" in h.value and "134" in h.value]
        assert none in said and less not in said and "54 %" not in texts(at)


def test_images_and_networks_are_chosen_measured_cancelled_and_seen(artifacts, app, monkeypatch):
    import time

    from ae_core import runs
    from ae_core.evaluation import rate_jobs
    from ae_core.jobs import states
    from dashboard.components import warming

    monkeypatch.setattr(warming, "warm_up", lambda: None)
    monkeypatch.setattr(rate_jobs, "start", rate_jobs.create)
    monkeypatch.setattr(rate_jobs.Measurement, "_enforce", lambda made, pid: None)
    at = app(PAGE)
    assert not at.get("plotly_chart") and at.selectbox(key="rate_set").value == "letters"
    networks = at.multiselect(key="rate_networks")
    assert not any("denoiser" in option.lower() for option in networks.options)  # it has no code
    assert "My own network" in networks.options[0]
    networks.set_value([*networks.value, "situation-2-letters"])
    at.select_slider(key="rate_images").set_value(50).run()
    at.button(key="rate_measure").click().run()
    (made,) = rate_jobs.listed()
    assert made.order().images == 50 and made.order().data == "letters"
    assert made.order().networks[1:] == ("situation-2-letters",)
    here = states.myself() | {"heartbeat": time.time()}
    made.update_status(state="running", fraction=0.4, doing="AVIF", eta_seconds=75.0, **here)
    at.run()
    bar = at.get("progress")[0].proto
    assert bar.value == 40 and "AVIF" in bar.text and "1:15" in texts(at)
    own = next(run for run in runs.list_runs() if not run.pretrained)
    own.update_info(title="![a](http://foreign.invalid/1.png) $x$")
    made.update_status(doing=own.id)
    at.run()
    text = at.get("progress")[0].proto.text
    assert r"!\[a\]" in text and r"\$x\$" in text
    assert at.button(key="rate_measure").disabled
    at.button(key="rate_cancel").click().run()
    assert made.cancel_path.exists() and "Stopping" in at.get("progress")[0].proto.text
    made.update_status(state="cancelled")
    at.run()
    assert "nothing of it was kept" in texts(at)
    at.button(key="rate_measure").click().run()
    (made,) = rate_jobs.listed()  # that without a table has gone
    measured_files.rate_quality(made.folder)
    made.update_status(state="finished")
    at.run()
    assert not at.exception and at.get("plotly_chart")
    assert at.query_params["run"] == made.id
    at.button(key="rate_delete").click().run()
    assert "gone for good" in texts(at) and rate_jobs.listed() == [made]  # asks a second time


def test_portuguese_with_its_numbers(codec, app):
    at = app(PAGE, locale="pt-BR")
    assert "Todo codec troca bytes por qualidade" in texts(at)
    assert "menos bits que AVIF" in texts(at) and "51,0 bytes cada" in texts(at)
    assert spec(at)[0]["layout"]["separators"] == ",."
