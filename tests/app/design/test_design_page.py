"""Design: from a template to one's own layers, what is wrong said in its row, and on to Train."""

import time

import pytest
from app_support import ROOT, TRAIN, texts
from streamlit.util import calc_hash

from ae_core import networks, runs
from ae_core.evaluation import job as measurement
from ae_core.jobs.states import ACTIVE
from ae_core.networks.designed import keras_code, templates
from ae_core.training import control, estimate

DESIGN = str(ROOT / "dashboard" / "app_pages" / "design" / "page.py")
USUAL = templates.USUAL
WRITTEN = "conv8:k3:s2:relu > vector4 > dense1568:relu fold14x14x8 deconv*:k3:s2:sigmoid"


@pytest.fixture
def page(empty, app):
    """The page at an address, no runs beside it."""
    return lambda **address: app(DESIGN, **address)


def line(at):
    """The design shown, which the address and the field say alike."""
    assert not at.exception
    return at.query_params["design"]


def said_in(at, row):
    """What stands in a row beside its fields: shape, figures, problems."""

    def find(block):
        for child in getattr(block, "children", {}).values():
            if getattr(child.proto, "id", "").endswith(f"-design_row_{row}"):
                return child
            if found := find(child):
                return found
        return None

    found = find(at.main)
    return "\n".join(e.value for kind in ("markdown", "html") for e in found.get(kind))


def act(at, row, action):
    at.menu_button(key=f"design_menu_{row}").click(action).run()


def set_size(at, row, size):
    (field,) = [field for field in at.number_input if field.key.startswith(f"design_size_{row}")]
    field.set_value(size).run()


def test_it_opens_with_a_design_that_can_be_trained(page):
    at = page()
    assert line(at) == USUAL
    assert not at.error and not at.button(key="design_train").disabled
    assert "14×14×32" in said_in(at, "encoder_0") and "56,448" in said_in(at, "encoder_0")
    assert "Dense · 3,136 units · ReLU" in said_in(at, "decoder_0")
    for figure in ("241,441", "2,119,936", "28×28", "6.1 : 1"):
        assert figure in texts(at)


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_every_template_can_be_trained(page, name):
    at = page()
    at.selectbox(key="design_start").set_value(name).run()
    template = templates.TEMPLATES[name]
    assert line(at) == str(template.design)
    assert at.selectbox(key="design_loss").value == template.loss
    assert not at.error and not at.button(key="design_train").disabled


def test_situations_are_for_their_images_only(page):
    at = page(data="svhn")
    assert "Situation 1" not in at.selectbox(key="design_start").options
    assert "Variational" in at.selectbox(key="design_start").options


def test_what_cannot_be_is_said_in_its_row_and_not_started(page):
    at = page(design="maxpool2 maxpool2 > vector4 > mirror")
    assert not at.error
    at.button(key="design_add_encoder").click().run()
    at.selectbox(key="design_kind_encoder_2").set_value("maxpool").run()
    assert "7×7 becomes 4×4 here and comes back as 8×8" in said_in(at, "encoder_2")
    assert ":red[" in said_in(at, "encoder_2") and ":red[" not in said_in(at, "encoder_1")
    assert at.button(key="design_train").disabled and "Encoder, layer 3" in at.error[0].value
    assert not at.code  # no program either
    act(at, "encoder_2", "remove")
    assert not at.error and not at.button(key="design_train").disabled


def test_advice_does_not_hinder(page):
    at = page(design="> vector4:relu > mirror")
    assert ":orange[" in said_in(at, "code_0") and "can die" in said_in(at, "code_0")
    assert not at.button(key="design_train").disabled


def test_undo_and_redo_lead_through_all_choices(page):
    at = page()
    set_size(at, "encoder_0", 48)
    at.selectbox(key="design_loss").set_value("bce").run()
    at.selectbox(key="design_start").set_value("sparse").run()
    assert at.selectbox(key="design_loss").value == "mse"
    for _ in range(3):
        at.button(key="design_undo").click().run()
    assert line(at) == USUAL and at.selectbox(key="design_start").value == "convolutional"
    assert at.button(key="design_undo").disabled
    at.button(key="design_redo").click().run()
    at.button(key="design_redo").click().run()
    assert line(at).startswith("conv48:") and at.selectbox(key="design_loss").value == "bce"
    set_size(at, "encoder_0", 16)
    assert at.button(key="design_redo").disabled
    at.button(key="design_again").click().run()
    assert line(at) == USUAL and at.selectbox(key="design_loss").value == "mse"
    at.button(key="design_undo").click().run()
    assert line(at).startswith("conv16:")


def test_layers_are_inserted_moved_and_removed(page):
    at = page()
    act(at, "encoder_0", "insert")
    assert line(at).startswith("conv1:k3:relu conv32:k3:s2:relu conv64")
    act(at, "encoder_0", "down")
    assert line(at).startswith("conv32:k3:s2:relu conv1:k3:relu conv64")
    act(at, "encoder_2", "up")
    assert line(at).startswith("conv32:k3:s2:relu conv64:k3:s2:relu conv1:k3:relu >")
    for _ in range(3):
        act(at, "encoder_0", "remove")
    assert line(at) == "> vector32 > mirror" and "reads the image itself" in texts(at)


def test_a_row_has_the_fields_of_its_kind(page):
    at = page()
    kinds = at.selectbox(key="design_kind_encoder_1")
    kinds.set_value("drop").run()
    at.number_input(key="design_rate_encoder_1").set_value(0.35).run()
    assert line(at).split()[1] == "drop0.35"
    at.selectbox(key="design_kind_encoder_1").set_value("avgpool").run()
    at.selectbox(key="design_stride_encoder_1").set_value(4).run()
    assert line(at).split()[1] == "avgpool4"
    at.selectbox(key="design_kind_encoder_1").set_value("norm").run()
    assert line(at).split()[1] == "norm"
    at.selectbox(key="design_kind_encoder_1").set_value("dense").run()
    at.selectbox(key="design_activation_encoder_1").set_value("gelu").run()
    set_size(at, "encoder_1", 392)
    assert line(at).split()[1] == "dense392:gelu"
    act(at, "encoder_1", "insert")
    at.selectbox(key="design_kind_encoder_1").set_value("deconv").run()
    at.selectbox(key="design_kernel_encoder_1").set_value(5).run()
    assert line(at).split()[1] == "deconv32:k5:relu"
    at.button(key="design_add_encoder").click().run()
    at.selectbox(key="design_kind_encoder_3").set_value("fold").run()
    assert line(at).split()[3] == "fold7x7x8" and not at.error
    at.number_input(key="design_height_encoder_3").set_value(14).run()
    assert "cannot be folded" in said_in(at, "encoder_3")


def test_the_code_is_a_map_a_vector_or_a_folded_one(page):
    at = page()

    def chosen(name, value):
        kind = at.selectbox if isinstance(value, str) or name == "kernel" else at.number_input
        kind(key=f"design_{name}_code_0").set_value(value).run()
        return line(at).split(" > ")[1]

    assert chosen("kind", "map") == "map1:k3"  # 7×7: as near to 32 values as it can be
    assert chosen("kernel", 1) == "map1:k1"
    assert chosen("kind", "fold") == "fold7x7x1"
    assert chosen("channels", 2) == "fold7x7x2"
    assert chosen("penalty", "l1") == "fold7x7x2:l1=0.0001"
    assert chosen("weight", 0.002) == "fold7x7x2:l1=0.002"
    assert chosen("activation", "tanh") == "fold7x7x2:tanh:l1=0.002"
    assert chosen("penalty", "kl") == "fold7x7x2:kl=1" and not at.error  # it has to be linear
    assert chosen("kind", "vector") == "vector98:kl=1"
    assert chosen("size", 12) == "vector12:kl=1"


def test_the_mirror_copies_its_layers_when_it_is_switched_off(page):
    at = page(design="conv8:k3:s2:relu > vector4 > mirror")
    set_size(at, "encoder_0", 8)
    at.toggle(key="design_mirror").set_value(False).run()
    assert line(at) == WRITTEN
    assert "the image" in said_in(at, "decoder_2")
    set_size(at, "encoder_0", 16)
    assert line(at).endswith("fold14x14x8 deconv*:k3:s2:sigmoid")  # it follows no more
    act(at, "decoder_2", "up")  # what ends the decoder gives the image, whatever it is
    assert "The last layer gives the image" in said_in(at, "decoder_2")
    at.selectbox(key="design_kind_decoder_2").set_value("shuffle").run()
    assert "deconv*:k3:s2:sigmoid shuffle2" in line(at)  # but for a shuffle, which reads what does
    at.button(key="design_undo").click().run()
    at.button(key="design_undo").click().run()
    at.button(key="design_add_decoder").click().run()
    assert line(at).endswith("fold14x14x8 conv8:k3:relu deconv*:k3:s2:sigmoid") and not at.error
    act(at, "decoder_3", "remove")
    assert line(at).endswith("fold14x14x8 conv*:k3:sigmoid")
    at.toggle(key="design_mirror").set_value(True).run()
    assert line(at).endswith("> mirror")


def test_the_line_can_be_typed_and_nothing_typed_is_lost(page):
    at = page()
    at.text_input(key="design_design").set_value("conv8 > vektor > mirror").run()
    assert line(at) == USUAL
    assert [e.value for e in at.error] == [
        "'vektor' is no code; codes are like vector32, map8:k3:relu or fold2x2x1."
    ]
    assert at.text_input(key="design_design").value == "conv8 > vektor > mirror"
    at.text_input(key="design_design").set_value("conv8  >  vector4:relu > mirror").run()
    assert line(at) == at.text_input(key="design_design").value == "conv8:k3 > vector4:relu > mirror"
    assert not at.error
    at.button(key="design_undo").click().run()
    assert line(at) == at.text_input(key="design_design--1").value == USUAL


NONSENSE = [
    "",
    ">",
    "> >",
    "🐟",
    "conv0 > vector1 > mirror",
    "conv9 > vector1 > mirror > x",
    "x" * 3999,
]
WRONG = [
    "conv*:k3 dense* > vector4096 > conv*:k3",
    "dense8 conv8:k15:s4 up4 up4 > map4096:k15:relu:kl=1000 > ",
    "fold1x1x1 drop0.9 norm > fold4096x4096x4096 > maxpool2 fold2x2x2 drop0.5",
    " ".join(["up4"] * 24) + " > map1:k3 > mirror",
    " ".join(["dense4096:relu"] * 24) + " > vector1 > mirror",
]


@pytest.mark.parametrize("typed", [*NONSENSE, *WRONG])
def test_whatever_is_typed_is_answered_by_sentences(page, typed):
    at = page()
    at.text_input(key="design_design").set_value(typed).run()
    assert not at.exception and at.error
    assert at.button(key="design_train").disabled == (typed in WRONG)
    at.selectbox(key="design_data").set_value("numbers").run()
    assert not at.exception
    if typed in WRONG:
        at.toggle(key="design_mirror").set_value(True).run()
        at.toggle(key="design_mirror").set_value(False).run()
        assert not at.exception


def test_a_mirror_that_is_too_long_stays_one(page):
    design = f"{' '.join(['dense32:relu'] * 24)} > vector4 > mirror"
    at = page(design=design)
    at.toggle(key="design_mirror").set_value(False).run()
    assert line(at) == design and at.toggle(key="design_mirror").value
    assert "at most 24 layers" in at.error[0].value
    act(at, "encoder_0", "remove")
    assert not at.error


def test_a_full_half_takes_no_more(page):
    at = page(design=f"{' '.join(['norm'] * 24)} > vector4 > mirror")
    assert at.button(key="design_add_encoder").disabled
    assert "insert" not in at.menu_button(key="design_menu_encoder_3").options
    assert "24 layers are the most" in texts(at)


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
def test_a_link_opens_the_same_design(empty, app, locale):
    at = app(DESIGN)
    at.selectbox(key="design_start").set_value("variational").run()
    at.selectbox(key="design_data").set_value("numbers").run()
    at.toggle(key="design_mirror").set_value(False).run()
    at.selectbox(key="design_optimizer").set_value("sgd").run()
    link = dict(at.query_params)
    assert link.keys() == {"design", "data", "loss", "optimizer"}
    other = app(DESIGN, locale=locale, **link)
    assert dict(other.query_params) == link
    assert not other.info and not other.error
    for name in ("data", "loss", "optimizer", "kind_encoder_0", "kind_decoder_2"):
        key = f"design_{name}"
        assert other.selectbox(key=key).value == at.selectbox(key=key).value


def test_start_again_leads_back_to_the_link(page):
    at = page(design="conv8 > vector4 > mirror", loss="mae")
    assert at.selectbox(key="design_start").value == ""
    act(at, "encoder_0", "remove")
    at.selectbox(key="design_loss").set_value("mse").run()
    at.button(key="design_again").click().run()
    assert line(at) == "conv8:k3 > vector4 > mirror"
    assert at.selectbox(key="design_loss").value == "mae"


def test_a_senseless_link_is_forgiven(page):
    at = page(design="conv8", data="own-none", loss="hope", optimizer="sgd", odd="1")
    assert line(at) == USUAL and at.selectbox(key="design_optimizer").value == "sgd"
    gone, note = at.info
    assert "no images called none" in gone.value
    assert all(name in note.value for name in ("design", "loss", "odd"))


def test_a_run_of_a_design_is_a_start(empty, app):
    asked = {"data": "numbers", "loss": "mae", "optimizer": "rmsprop"}
    design = {"network": "designed", "design": "conv8 > vector4 > mirror"}
    run = runs.create(networks.configure(design | asked), "My first")
    at = app(DESIGN)
    (label,) = [o for o in at.selectbox(key="design_start").options if "My first" in o]
    assert run.id in label
    at.selectbox(key="design_start").set_value(run.id).run()
    assert line(at) == "conv8:k3 > vector4 > mirror"
    assert {name: at.selectbox(key=f"design_{name}").value for name in asked} == asked


def test_the_program_is_that_of_the_training(page):
    at = page(design=WRITTEN, loss="bce", optimizer="adamw")
    asked = {"network": "designed", "design": WRITTEN, "loss": "bce", "optimizer": "adamw"}
    assert at.code[0].value == keras_code.script(networks.configure(asked), (28, 28, 1)).strip("\n")
    assert not at.download_button(key="design_download_script").disabled
    assert not at.download_button(key="design_download_notebook").disabled


def test_an_epoch_is_tried_where_it_is_designed(page, monkeypatch):
    tried = []

    def measure(config):
        tried.append(config)
        return estimate.Estimate(parameters=1, images=640, start_seconds=1.0, epoch_seconds=65.0)

    monkeypatch.setattr(estimate, "measure", measure)
    at = page()
    at.button(key="design_try").click().run()
    assert not at.exception and "1:05" in texts(at)
    set_size(at, "encoder_0", 16)
    assert "1:05" not in texts(at)  # it is another network
    assert tried[0].design == USUAL


def test_train_gets_just_this_training(page, monkeypatch):
    started = []

    def start(config, title):
        started.append(config)
        return runs.create(config, title)

    monkeypatch.setattr(control, "start", start)
    asked = {"loss": "bce", "optimizer": "sgd", "data": "numbers"}
    at = page(design="conv8:k3:s2:relu > map2:k3 > mirror", **asked)
    set_size(at, "code_0", 3)
    design = line(at)
    at.button(key="design_train").click().run()
    assert not at.exception and at.selectbox(key="train_network").value == "designed"
    assert at.code[0].value == design
    assert at.select_slider(key="train_learning_rate").value == 0.1
    at._page_hash = calc_hash("train")  # where the button led
    at.button(key="train_start").click().run()
    assert started == [networks.configure({"network": "designed", "design": design} | asked)]


def test_and_train_leads_back_to_it(empty, app):
    at = app(TRAIN, design=WRITTEN, data="numbers")
    at.selectbox(key="train_optimizer").set_value("adamw").run()
    at.button(key="train_design_back").click().run()
    assert line(at) == WRITTEN
    assert at.selectbox(key="design_data").value == "numbers"
    assert at.selectbox(key="design_optimizer").value == "adamw"


def test_images_that_are_missing_are_said(page):
    at = page(data="notmnist")
    assert "are not on this machine" in at.warning[0].value
    assert at.button(key="design_try").disabled and not at.button(key="design_train").disabled


@pytest.mark.long
def test_a_network_made_elsewhere_becomes_a_run(empty, app, tmp_path):
    import keras
    from keras import layers

    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(4, 3, 4, "same", activation="relu", name="small"),
            layers.Conv2DTranspose(1, 3, 4, "same", activation="sigmoid"),
        ]
    )
    network.save(tmp_path / "*mine* [x](y).keras")
    content = (tmp_path / "*mine* [x](y).keras").read_bytes()
    at = app(DESIGN)
    at.file_uploader(key="design_file").upload("*mine* [x](y).keras", content).run()
    assert not at.exception and not at.error
    said = "\n".join(m.value for m in at.markdown)
    assert "7×7×4" in said and "small" in said and "28×28×1" in said
    at.button(key="design_import_start").click().run()
    assert not at.exception and not at.error
    (run,) = [r for r in runs.list_runs() if not r.pretrained]
    assert (run.state(), run.config.code, run.title) == ("finished", 196, "*mine* [x](y)")
    end = time.monotonic() + 300
    while measurement.of(run).state() in ACTIVE and time.monotonic() < end:
        time.sleep(0.1)
    assert run.evaluation()["tests"][0]["network"]["psnr"] > 0, measurement.of(run).message()


def test_a_file_that_is_no_network_is_one_sentence(app):
    at = app(DESIGN)
    at.file_uploader(key="design_file").upload("notes.keras", b"no network").run()
    assert not at.exception
    assert [e.value for e in at.error] == [
        "notes.keras is no Keras model file (.keras or .h5), or was cut off."
    ]
