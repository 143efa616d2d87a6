"""The whole way of a network of one's own, in both languages: designed, or made elsewhere."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from browser_support import ROOT, settle
from downloaded import check

pytestmark = pytest.mark.long
LONG = 120_000  # ms; a training and its measurement, each in a process that loads TensorFlow
LANGUAGES = {"en": "en-US", "pt-BR": "pt-BR"}
TITLE = "Minha *primeira* rede"
MADE_ELSEWHERE = """
import sys
import keras
from keras import layers

def network(*middle, shape=(32, 32, 3)):
    return keras.Sequential([
        keras.Input(shape),
        layers.Conv2D(8, 3, 2, "same", activation="relu"),
        *middle,
        layers.Conv2D(4, 3, 2, "same", activation="relu", name="least"),
        layers.Conv2DTranspose(8, 3, 2, "same", activation="relu"),
        layers.Conv2DTranspose(3, 3, 2, "same", activation="sigmoid"),
    ])

folder = sys.argv[1]
network().save(folder + "/rede de fora.keras")
network(layers.Dropout(0.1), shape=(None, None, 3)).save(folder + "/other.h5")
network(layers.Lambda(lambda x: x)).save(folder + "/lambda.keras")
x = keras.Input((32, 32, 3))
h = layers.Conv2D(8, 3, 2, "same")(x)
y = layers.UpSampling2D()(layers.Conv2D(1, 3, 2, "same", name="least")(h))
y = layers.Conv2DTranspose(3, 3, 2, "same")(layers.Concatenate()([y, h]))
keras.Model(x, y).save(folder + "/past.keras")
network().save_weights(folder + "/only.weights.h5")
"""


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture
def words(language):
    """``words("job.done", epoch=2)``: a sentence as the page says it."""
    catalogue = json.loads((ROOT / "ae_core" / "i18n" / f"{language}.json").read_text())
    return lambda key, **values: catalogue[key].format(**values)


@pytest.fixture
def open_page(visit, language):
    def opened(path):
        page = visit(path, locale=LANGUAGES[language])
        page.set_default_timeout(LONG)
        return page

    return opened


@pytest.fixture(scope="module")
def made_elsewhere(tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-c", MADE_ELSEWHERE, str(folder)], check=True, cwd=folder)
    return folder


def choose(page, key, option):
    field = page.locator(f".st-key-{key} input")
    field.click()
    field.fill(option)
    page.get_by_role("option", name=option, exact=True).first.wait_for()
    page.keyboard.press("Enter")
    settle(page)


def fill(page, key, value):
    field = page.locator(f".st-key-{key} input")
    field.fill(str(value))
    field.press("Enter")
    settle(page)


def press(page, key):
    settle(page)
    page.locator(f".st-key-{key} button:visible").first.click()


def unfold(page, key):
    settle(page)
    page.locator(f".st-key-{key} summary").click()
    settle(page)


def test_from_a_template_to_a_notebook_that_runs(open_page, words, tmp_path):
    page = open_page("/design")
    choose(page, "design_start", words("design.template_variational"))
    page.wait_for_url(re.compile("loss=bce"))
    press(page, "design_add_encoder")
    page.locator(".st-key-design_row_encoder_2").wait_for()
    choose(page, "design_kind_encoder_2", words("design.kind_maxpool"))
    page.locator(".st-key-design_row_encoder_2").get_by_text(re.compile("4×4.*8×8")).wait_for()
    assert page.locator(".st-key-design_train button").is_disabled()
    press(page, "design_undo")
    press(page, "design_undo")
    page.locator(".st-key-design_row_encoder_2").wait_for(state="detached")
    fill(page, "design_size_code_0--2", 12)
    page.wait_for_url(re.compile("vector12"))
    press(page, "design_train")
    page.wait_for_url(re.compile("/train"))
    settle(page)
    page.get_by_text(words("train.more")).click()
    for key, value in (("epochs", 2), ("limit", 160), ("title", TITLE)):
        fill(page, f"train_{key}", value)
    press(page, "train_start")
    page.wait_for_url(re.compile("run="))
    page.get_by_text(words("job.done", epoch=2, epochs=2)).wait_for()
    page.get_by_text(words("job.tested")).wait_for()
    page.get_by_role("heading", name=TITLE, exact=True).wait_for()
    run = re.search(r"run=([^&]+)", page.url).group(1)
    press(page, "job_to_compare")
    page.wait_for_url(re.compile(f"/compare.*{run}"))
    settle(page)
    page.locator(".st-key-compare_psnr .trace").first.wait_for()
    assert not page.locator("[data-testid=stAlertContentError]").count()
    page.goto(f"/latent?run={run}")
    page.locator(".js-plotly-plot .trace, .js-plotly-plot canvas").first.wait_for()
    page.goto("/design")
    choose(page, "design_start", f"{TITLE} ({run})")
    page.wait_for_url(re.compile("vector12"))
    unfold(page, "design_program")
    with page.expect_download() as caught:
        press(page, "design_download_notebook")
    path = tmp_path / caught.value.suggested_filename
    caught.value.save_as(path)
    check(path.name, path)
    assert run_notebook(path, tmp_path, epochs=1) == "12 code values for 784"


def run_notebook(path, folder, epochs):
    """Run a notebook's cells where only Keras, NumPy and matplotlib are; return its last words."""
    images = np.random.default_rng(0).integers(0, 256, (160, 28, 28, 1), np.uint8)
    np.savez(folder / "images.npz", x_train=images, x_test=images[:16])
    cells = [c["source"] for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]
    code = "\n".join("".join(cell) for cell in cells)
    code, paths = re.subn(r'^PATH = ""', 'PATH = "images.npz"', code, flags=re.M)
    code, lengths = re.subn(r"^EPOCHS, BATCH = \d+", f"EPOCHS, BATCH = {epochs}", code, flags=re.M)
    assert (paths, lengths) == (1, 1)
    (folder / "cells.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "cells.py"],
        cwd=folder,
        env={"PATH": "", "HOME": str(folder), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "autoencoder.keras").exists()
    return re.search(r"dB, (.*)", done.stdout).group(1)


def test_networks_made_elsewhere_become_runs_or_one_sentence(
    open_page, made_elsewhere, language, server
):
    page = open_page("/design")
    unfold(page, "design_import")
    before = set(server.artifacts.joinpath("runs").iterdir())
    refused = {
        "lambda.keras": "Lambda",
        "past.keras": "least",
        "only.weights.h5": r"model\.save\('network\.keras'\)",
    }
    for name, sentence in refused.items():
        page.locator(".st-key-design_file input").set_input_files(made_elsewhere / name)
        error = page.locator(".st-key-design_import [data-testid=stAlertContentError]")
        error.get_by_text(re.compile(f"{re.escape(name)}.*{sentence}|{sentence}")).wait_for()
        assert not page.locator(".st-key-design_import_start button").count()
    assert set(server.artifacts.joinpath("runs").iterdir()) == before
    for count, name in enumerate(("rede de fora.keras", "other.h5"), start=1):
        page.locator(".st-key-design_file input").set_input_files(made_elsewhere / name)
        if count == 2:  # it takes images of any size: those of the set that is chosen
            page.locator("[data-testid=stAlertContentError]").get_by_text("32×32").wait_for()
            page.locator(".st-key-design_tried_on").get_by_role("combobox").click()
            page.get_by_role("option").nth(2).click()
            page.locator("[data-testid=stAlertContentError]").wait_for(state="detached")
        page.locator(".st-key-design_import li").filter(has_text="8×8×4").wait_for()
        press(page, "design_import_start")
        while len(set(server.artifacts.joinpath("runs").iterdir()) - before) < count:
            page.wait_for_timeout(200)
        page.locator(".st-key-design_import [data-testid=stAlertContentSuccess]").wait_for()
        settle(page)
    made = set(server.artifacts.joinpath("runs").iterdir()) - before
    infos = [json.loads((folder / "config.json").read_text()) for folder in made]
    assert {i["imported"]["file"] for i in infos} == {"rede de fora.keras", "other.h5"}
    press(page, "design_to_explore")
    page.wait_for_url(re.compile("run="))
    page.locator(".st-key-striprow-explore-0-reconstruction img").wait_for()
    for folder in made:
        while not (folder / "evaluation.json").exists():  # pytest's own limit ends a wait in vain
            page.wait_for_timeout(200)
        assert json.loads((folder / "evaluation.json").read_text())["tests"][0]["data"] == "numbers"
