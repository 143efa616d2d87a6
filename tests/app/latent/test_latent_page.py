"""Latent space: its map, the chosen image, what can be done with codes, and its address."""

import csv
import html
import io
import re

import latent_runs
import numpy as np
import pytest
from app_support import ROOT, texts
from PIL import Image

from ae_core import data
from ae_core.data.own import store
from ae_core.evaluation import latent
from ae_core.images import metrics
from dashboard.app_pages.latent import parts, view
from dashboard.components import library, warming

PAGE = str(ROOT / "dashboard" / "app_pages" / "latent" / "page.py")


@pytest.fixture
def artifacts(tmp_path, monkeypatch):
    import streamlit as st

    monkeypatch.setenv("AE_ARTIFACTS_DIR", str(tmp_path / "artifacts"))
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path / "no-data"))
    st.cache_data.clear()
    st.cache_resource.clear()
    latent_runs.build(tmp_path / "artifacts")
    return tmp_path / "artifacts"


@pytest.fixture
def cold(artifacts, monkeypatch):
    """TensorFlow is not loaded, and nobody loads it."""

    monkeypatch.setattr(warming, "ready", lambda: False)
    monkeypatch.setattr(warming, "warm_up", lambda: None)
    return artifacts


@pytest.fixture
def live(artifacts, monkeypatch):
    """As if TensorFlow were loaded, with networks in NumPy."""
    from dashboard.components import inference

    monkeypatch.setattr(warming, "ready", lambda: True)
    monkeypatch.setattr(warming, "warm_up", lambda: None)
    monkeypatch.setattr(inference, "network", latent_runs.network)
    return artifacts


@pytest.fixture
def few(live, monkeypatch):
    """Fewer images of each part of a set."""
    monkeypatch.setattr(parts, "MOST", {"train": 600, "test": 200, "all": 200})


def alts(at):
    return [image.alt for picture in at.get("image") for image in picture.proto.imgs]


def spec(at):
    import json

    return json.loads(at.get("plotly_chart")[0].proto.spec)


def test_first_view_is_made_of_what_is_stored(cold, app):
    at = app(PAGE)
    assert at.selectbox(key="latent_run").value == "blocks-4"
    assert "16 stored images for now" in texts(at)
    assert "Nearest in the latent space" in texts(at)
    assert len(spec(at)["layout"]["images"]) == 16
    assert "class" in texts(at) and "#3f90da" in texts(at)


def test_the_whole_map_follows_when_the_network_is_there(live, app):
    at = app(PAGE)
    found = spec(at)
    assert len(found["layout"]["images"]) == 200
    assert found["data"][0]["selectedpoints"] == [0]
    assert "stored images for now" not in texts(at)
    assert "never negative" in texts(at)
    assert dict(at.query_params) == {
        "run": "blocks-4",
        "data": "letters",
        "images": "200",
        "image": "1",
        "between": "1-2",
        "tool": "between",
    }


def test_the_codes_of_the_map_are_files(live, app, saved):
    app(PAGE)
    y = np.load(io.BytesIO(saved["letters_situation-3_code4_codes.npy"]()))
    lines = list(csv.DictReader(io.StringIO(saved["letters_situation-3_code4_codes.csv"]().decode())))
    assert y.shape[0] == len(lines) == 200 and y[0].size == 4
    assert [float(lines[199][f"y{k}"]) for k in range(1, 5)] == pytest.approx(y[199].ravel())
    test = data.load("letters").test
    places = latent.rows(len(test), 200)
    assert [line["file"] for line in lines] == [f"letters-test-{p + 1:05d}" for p in places]
    assert [line["class"] for line in lines] == ["ABCDEFGHIJ"[test.labels[p]] for p in places]


def test_networks_without_a_code_are_not_offered(live, app):
    options = app(PAGE).selectbox(key="latent_run").options
    assert len(options) == 4 and not any("Denoiser" in option for option in options)


def test_a_dead_value_is_named_and_cannot_be_turned(live, app):
    at = app(PAGE, tool="values")
    assert "1 code value is dead" in texts(at) and "(value 3)" in texts(at)
    assert {s.key for s in at.slider} == {f"latent_value_{k}" for k in (0, 1, 3)}
    assert "value 3: stays at 0.03, dead" in texts(at)


def test_turning_a_value_changes_the_picture_and_reset_brings_it_back(live, app):
    at = app(PAGE, tool="values")

    def turned():
        return [i.url for p in at.get("image") for i in p.proto.imgs if "turned" in i.alt]

    before, start = turned(), at.slider(key="latent_value_0").value
    at.slider(key="latent_value_0").set_value(at.slider(key="latent_value_0").max).run()
    assert not at.exception and turned() != before
    at.button(key="latent_reset").click().run()
    assert turned() == before and at.slider(key="latent_value_0").value == start


def test_long_codes_are_not_turned_by_hand_and_say_so(live, app):
    at = app(PAGE, run="blocks-49", tool="values")
    assert not at.slider and "too long to turn by hand" in texts(at)


def test_what_each_value_does_comes_by_pages_for_long_codes(live, app):
    at = app(PAGE, run="blocks-49", tool="moves")
    first = [a for a in alts(at) if "Row value" in a]
    assert len(first) == 8
    at.number_input(key="latent_page").set_value(2).run()
    assert not at.exception
    assert not set(first) & {a for a in alts(at) if "Row value" in a}


def test_a_picture_chosen_by_its_number_is_shown_and_ringed(live, app):
    at = app(PAGE)
    at.number_input(key="latent_pick").set_value(42).run()
    assert not at.exception
    assert any(s.value.startswith("Image 42 · ") for s in at.header)
    assert spec(at)["data"][0]["selectedpoints"] == [41]
    assert at.query_params["image"] == "42"


def test_a_click_chooses_and_leaves_the_chart_as_it_is(live, app, monkeypatch):
    import streamlit as st

    from dashboard.app_pages.latent import sections

    at = app(PAGE)
    before = at.get("plotly_chart")[0].proto
    at.session_state["latent_image"] = 7  # what the click's callback does; charts cannot be clicked
    at.run()
    assert at.get("plotly_chart")[0].proto.id == before.id
    assert any(s.value.startswith("Image 8 · ") for s in at.header)

    state = {"latent_image": 3, "latent_map": {"selection": {"points": [{"point_index": 7}]}}}
    monkeypatch.setattr(st, "session_state", state)
    sections._clicked()
    assert state["latent_image"] == 7
    state["latent_map"]["selection"]["points"] = []
    sections._clicked()
    assert state["latent_image"] == 7


def test_neighbours_are_the_nearest_by_hand(live, app):
    at = app(PAGE, run="blocks-49", image="5")
    from ae_core import data
    from ae_core.evaluation import latent

    x = data.load("letters").test.x[latent.rows(2000, 200)]
    y = latent_runs.network("blocks-49").encode(x).reshape(200, -1).astype(np.float64)
    far = np.sort(np.linalg.norm(y - y[4], axis=1))[1:8]
    for distance in far:
        assert f"{distance:.2f}" in texts(at)


def test_the_way_between_pictures_grows_and_four_make_a_square(live, app):
    at = app(PAGE, between="1-2")
    assert sum("→" in alt for alt in alts(at)) == 1
    at.multiselect(key="latent_ends_picked").set_value([0, 1, 5, 9]).run()
    assert not at.exception
    assert sum("→" in alt for alt in alts(at)) == 3
    assert any("Square of decoded images" in alt for alt in alts(at))
    assert at.query_params["between"] == "1-2-6-10"
    at.number_input(key="latent_pick").set_value(30).run()
    at.button(key="latent_use").click().run()
    assert at.query_params["between"] == "1-2-6-30"


def test_one_end_is_too_few_and_says_so(live, app):
    at = app(PAGE)
    at.multiselect(key="latent_ends_picked").set_value([3]).run()
    assert not at.exception and "at least two" in texts(at)


def test_the_animation_is_shown_only_when_asked(live, app):
    at = app(PAGE)
    assert not any("Animation" in alt for alt in alts(at))
    at.toggle(key="latent_play").set_value(True).run()
    assert not at.exception and any("Animation" in alt for alt in alts(at))


def test_the_plane_of_one_value_is_a_line_with_a_lane_a_class(live, app):
    at = app(PAGE, run="line", tool="grid")
    assert spec(at)["layout"]["yaxis"]["ticktext"] == list("ABCDEFGHIJ")
    assert any("1 rows of 11" in alt for alt in alts(at))


def test_tsne_lays_the_same_pictures_out_anew_and_a_link_keeps_it(live, app):
    at = app(PAGE)
    before = spec(at)["data"][0]
    at.segmented_control(key="latent_layout").set_value("tsne").run()
    assert not at.exception
    after = spec(at)
    assert len(after["data"][0]["x"]) == len(before["x"]) and after["data"][0]["x"] != before["x"]
    assert after["layout"]["xaxis"]["showticklabels"] is False
    assert at.query_params["layout"] in ("tsne", ["tsne"])


def test_an_elastic_network_is_shown_at_the_size_chosen(live, app):
    at = app(PAGE, run="stretch", size="2", tool="grid")
    assert "code's own values" in texts(at)
    at.select_slider(key="latent_size").set_value(8).run()
    assert not at.exception
    assert "PCA" in texts(at) and at.query_params["size"] == "8"


def test_new_images_are_drawn_anew_and_a_link_keeps_them(few, app):
    at = app(PAGE, tool="samples")

    def drawn():
        return [i.url for p in at.get("image") for i in p.proto.imgs if "decoded images" in i.alt]

    first = drawn()
    assert len(first) == 1 and "fitted to the codes" in texts(at) and "N(0, I)" not in texts(at)
    assert re.search(r"They lie \d+\.\d times as far", texts(at))
    at.button(key="latent_again").click().run()
    assert not at.exception and drawn() != first
    second, address = drawn(), dict(at.query_params)
    assert address["draw"] == "1"
    at = app(PAGE, **address)
    assert drawn() == second


def test_a_variational_code_is_drawn_from_its_prior_too(few, app, monkeypatch):
    from ae_core.networks import kinds

    monkeypatch.setattr(kinds.Kind, "has_prior", lambda kind, config: True)
    at = app(PAGE, tool="samples")
    assert sum("decoded images" in alt for alt in alts(at)) == 2 and "N(0, I)" in texts(at)


def test_what_lies_beyond_the_threshold_is_counted_and_shown_worst_first(few, app):
    at = app(PAGE, tool="errors")
    letters, network = data.load("letters"), latent_runs.network("blocks-4")
    errors = {}
    for name, split in (("train", letters.train), ("test", letters.test)):
        x = split.x[: parts.MOST[name]]
        errors[name] = 255 * np.sqrt(metrics.mse(x, network.decode(network.encode(x))))
    threshold = at.slider(key="latent_beyond").value
    assert abs((errors["train"] > threshold).mean() - 0.01) < 0.005
    threshold = round(2 * float(np.quantile(errors["test"], 0.97))) / 2
    at.slider(key="latent_beyond").set_value(threshold).run()
    assert not at.exception and at.query_params["beyond"] == f"{threshold:g}"
    said = "".join(h.proto.body for h in at.get("html"))
    for name, values in errors.items():
        words = {"train": "Training images (letters)", "test": "Test images (letters)"}[name]
        count = int((values > threshold).sum())
        assert re.search(rf"<dt>beyond: {re.escape(words)}, [^<]*</dt><dd>{count}</dd>", said)
    shown = sorted(errors["test"][errors["test"] > threshold])[::-1][:8]
    row = re.search(r"<th scope='row'>error</th>(.*?)</tr>", said)[1]
    assert re.findall(r">([\d.]+)</td>", row) == [f"{e:.1f}" for e in shown]
    at.slider(key="latent_beyond").set_value(at.slider(key="latent_beyond").max).run()
    assert "None of the chosen images" in texts(at)


def test_own_images_are_held_against_the_training_set(few, app):
    x = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1), np.uint8)
    store.save("snow", "snow", x, np.zeros(40), ["image"])
    at = app(PAGE, tool="errors", over="own-snow", beyond="60")
    assert at.segmented_control(key="latent_over").value == "own-snow"
    assert "40 of these 40 images are unlike those of letters" in texts(at)
    assert sum("Row original" in alt for alt in alts(at)) >= 2  # all of them lie beyond
    at = app(PAGE, data="own-snow", tool="classes")
    assert "have no classes" in texts(at)


def test_another_network_begins_with_its_own_threshold(few, app):
    at = app(PAGE, tool="errors", over="train", beyond="90")
    assert at.slider(key="latent_beyond").value == 90
    at.selectbox(key="latent_run").set_value("blocks-49").run()
    assert not at.exception and at.slider(key="latent_beyond").value < 90
    assert at.segmented_control(key="latent_over").value == "test"


def test_a_classifier_reads_the_class_from_the_code(few, app):
    at = app(PAGE, run="blocks-49", tool="classes")
    said = html.unescape("".join(h.proto.body for h in at.get("html")))
    cells = r"</th><td>([\d.]+) %</td><td>([^<]*)</td><td>{}</td>"
    code, psnr = re.search("this network's code" + cells.format(49), said).groups()
    pixels, _ = re.search("the pixels themselves" + cells.format(784), said).groups()
    chance, _ = re.search("chance\\)" + cells.format("–"), said).groups()
    assert float(pixels) > 50 and float(code) > 50 and 8 < float(chance) < 12
    network, x = latent_runs.network("blocks-49"), data.load("letters").test.x[:200]
    expected = metrics.psnr(x, network.decode(network.encode(x)))
    assert psnr == f"{expected[np.isfinite(expected)].mean():.1f} dB"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run", "../../x"),
        ("data", "svhn2"),
        ("images", "7"),
        ("image", "0"),
        ("image", "-1"),
        ("between", "1"),
        ("between", "1-1"),
        ("between", "a-b"),
        ("between", "1-2-3-4-5"),
        ("tool", "<b>"),
        ("size", "9999999999"),
        ("over", "own-nothing"),
        ("beyond", "300"),
        ("draw", "-1"),
        ("nonsense", "1"),
    ],
)
def test_each_senseless_parameter_is_left_out_by_itself(cold, name, text):
    known = (library.entries(), library.sets())
    start, _ = view.from_address({}, *known)
    assert view.from_address({name: text}, *known) == (start, [name])


def test_a_senseless_address_falls_back_with_one_notice(cold, app):
    at = app(PAGE, run="../../x", between="1-1", beyond="300", nonsense="1")
    (notice,) = at.info
    assert all(name in notice.value for name in ("run", "between", "beyond", "nonsense"))
    assert at.get("plotly_chart")


def test_a_picture_beyond_the_map_is_the_last_one(live, app):
    at = app(PAGE, images="50", image="400", between="1-300")
    assert at.query_params["image"] == "50" and at.query_params["between"] == "1-2"


def test_a_link_brings_the_same_view(live, app):
    at = app(PAGE, run="blocks-49", image="33", between="4-9-2", tool="moves", images="100")
    again = app(PAGE, **{k: str(v) for k, v in at.query_params.items()})
    assert texts(again) == texts(at) and alts(again) == alts(at)


def test_a_damaged_network_is_one_sentence(artifacts, app, monkeypatch):
    from ae_core.errors import UserError
    from dashboard.components import inference

    def broken(run_id):
        raise UserError("The file model.keras is damaged; train it again.")

    monkeypatch.setattr(warming, "ready", lambda: True)
    monkeypatch.setattr(inference, "network", broken)
    at = app(PAGE)
    assert len(at.error) == 1 and "model.keras" in at.error[0].value


def test_without_any_network_the_page_says_what_to_do(empty, app):
    at = app(PAGE)
    assert "no trained network with a code" in at.info[0].value
    assert at.button(key="latent_train")


def test_portuguese(cold, app):
    at = app(PAGE)
    at.segmented_control(key="language_switch").set_value("PT").run()
    assert not at.exception
    assert "Cada imagem vira um ponto" in texts(at)
    assert "As mais próximas no espaço latente" in texts(at)


@pytest.mark.parametrize("kind", ["webp", "png", "gif"])
def test_an_animation_is_a_file_that_loops_through_its_frames(kind):
    from ae_core.images import animation

    rng = np.random.default_rng(0)
    frames = rng.integers(0, 255, (5, 28, 28, 1), np.uint8)
    walk = animation.there_and_back(frames)
    assert [int(f.sum()) for f in walk] == [int(frames[i].sum()) for i in (0, 1, 2, 3, 4, 3, 2, 1)]
    with Image.open(io.BytesIO(animation.file(walk, kind))) as found:
        assert found.n_frames == 8 and found.size == (280, 280)
        for i in (0, 3, 7):
            found.seek(i)
            shown = np.asarray(found.convert("RGB"))[::10, ::10, :1]
            assert np.array_equal(shown, walk[i])
