"""Designed networks: read, worked out, built, trained, and the same as a program of plain Keras."""

import json
import subprocess
import sys

import numpy as np
import pytest
from designed.random_designs import designs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ae_core import networks
from ae_core.config import TrainConfig
from ae_core.drawing import layers as stored_layers
from ae_core.drawing import plan as drawn_plan
from ae_core.errors import UserError
from ae_core.networks.designed import keras_code, notation, notebook, with_code
from ae_core.networks.designed.planner import lay_out
from ae_core.networks.designed.templates import TEMPLATES

GREY, COLOUR = (28, 28, 1), (16, 8, 3)


def training(line, **entries):
    return networks.configure({"data": "letters", "network": "designed", "design": line, **entries})


def errors(line, shape=GREY, loss="mse"):
    found = lay_out(notation.parse(line), shape, loss)
    return [(*p.row, str(p.message)) for p in found.problems if p.error]


@given(designs())
def test_a_design_is_its_line(design):
    assert str(notation.parse(str(design))) == str(design)


@given(st.text(max_size=80) | st.from_regex(r"[a-z0-9*.:> ]{0,60}"))
def test_any_other_line_is_one_sentence(text):
    try:
        assert notation.parse(str(notation.parse(text))) == notation.parse(text)
    except UserError as error:
        assert str(error).endswith(".") and "\n" not in str(error).replace(text, "")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("conv32", "its encoder, its code and its decoder"),
        ("conv32:q > vector4 > mirror", "'conv32:q' is no layer"),
        ("conv32:k99 > vector4 > mirror", "99 must be from 1 to 15"),
        ("drop1.5 > vector4 > mirror", "1.5 must be from 0.01 to 0.9"),
        ("dense8:k3 > vector4 > mirror", "'dense8:k3' is no layer"),
        ("> sphere4 > mirror", "'sphere4' is no code"),
        (f"{'norm ' * 25}> vector4 > mirror", "at most 24 layers"),
    ],
)
def test_what_is_no_design_is_said(line, sentence):
    with pytest.raises(UserError, match=sentence):
        training(line)


@pytest.mark.parametrize(
    ("line", "row", "sentence"),
    [
        (
            "maxpool2 maxpool2 maxpool2 > map1 > mirror",
            ("encoder", 2),
            "7×7 becomes 4×4 here and comes back as 8×8",
        ),
        ("conv8:s2 > map4 > mirror", ("code", 0), "The code has 784 values and the image 784"),
        ("dense9 conv4 > vector4 > mirror", ("encoder", 1), "needs a map, but it gets 9 values"),
        (
            "dense10 fold3x3x1 > vector4 > mirror",
            ("encoder", 1),
            "cannot be folded to 3×3×1, which are 9",
        ),
        ("dense9 > map1 > dense*", ("code", 0), "ends in 9 values in a row: take a vector"),
        ("> vector4 > dense99:relu", ("decoder", 0), "a conv, deconv or dense whose size is \\*"),
        ("> vector4 > dense*:relu dense9", ("decoder", 0), "in the last layer of the decoder only"),
        (
            "conv4:s2 > map1 > conv*:sigmoid",
            ("decoder", 0),
            "gives 14×14×1, but the image is 28×28×1",
        ),
        ("> vector4:relu:kl=1 > mirror", ("code", 0), "make it linear"),
        ("dense4096 dense4096 dense4096 > vector4 > mirror", None, "at most 30,000,000 are trained"),
        ("up4 up4 > vector4 > mirror", ("encoder", 1), "far larger than the image"),
        (f"{'maxpool2 ' * 6}> vector4 > mirror", ("encoder", 5), "cannot be made smaller"),
    ],
)
def test_a_layer_that_cannot_be_is_marked_and_not_trained(line, row, sentence):
    import re

    found = errors(line)
    assert any(re.search(sentence, text) and row in (None, (part, n)) for part, n, text in found)
    with pytest.raises(UserError):
        training(line)


def test_warnings_do_not_stop_a_training():
    found = lay_out(notation.parse("> vector4:relu > dense*:tanh"), GREY)
    assert [(p.row[0], p.error) for p in found.problems] == [("code", False), ("decoder", False)]
    assert training("> vector4:relu > dense*:tanh").code == 4


def test_cross_entropy_needs_a_sigmoid():
    assert training("> vector4 > dense*:sigmoid", loss="bce").loss == "bce"
    with pytest.raises(UserError, match="make the last layer sigmoid"):
        training("> vector4 > dense*", loss="bce")
    with pytest.raises(UserError, match="trained with the loss mse, psnr, not bce"):
        networks.configure({"network": "elastic", "loss": "bce"})


def test_a_code_size_resizes_the_code():
    assert training("> vector4 > mirror", code=9).design == "> vector9 > mirror"
    assert training("conv8:k3:s2 > map1:k3 > mirror", code=392).code == 392
    with pytest.raises(UserError, match="14×14, so it can have 196, 392… values, not 100"):
        training("conv8:k3:s2 > map1:k3 > mirror", code=100)
    design = notation.parse("> fold2x2x1 > mirror")
    assert with_code(design, 4, GREY) == design


def test_only_a_variational_code_has_a_prior():
    known = networks.kind("designed")
    for code, expected in (("vector4:kl=0.5", True), ("vector4:l1=0.5", False), ("vector4", False)):
        config = TrainConfig(network="designed", code=4, design=f"dense8:relu > {code} > mirror")
        assert known.has_prior(config) is expected
    assert not networks.kind("conv").has_prior(TrainConfig())


def test_each_optimiser_has_its_usual_learning_rate():
    assert training("> vector4 > mirror").learning_rate == TrainConfig.learning_rate
    assert training("> vector4 > mirror", optimizer="sgd").learning_rate == 0.1
    assert training("> vector4 > mirror", optimizer="sgd", learning_rate=0.5).learning_rate == 0.5


@pytest.mark.parametrize("name", TEMPLATES)
def test_shapes_parameters_and_drawing_are_those_of_the_built_network(name, tmp_path):
    template = TEMPLATES[name]
    assert str(template.design) == template.line
    plan = lay_out(template.design, GREY, template.loss)
    model = networks.build(training(template.line, loss=template.loss), GREY)
    assert model.count_params() == plan.parameters
    for step in plan.steps:
        layer = model.get_layer(step.part).get_layer(step.name)
        assert (tuple(layer.output.shape[1:]), layer.count_params()) == (step.shape, step.parameters)
    model.save(tmp_path / "model.keras")
    told = {i.path: i for i in drawn_plan.layers(plan)}
    for layer in stored_layers.read(tmp_path / "model.keras"):
        mine = told.pop(layer.path)
        assert (mine.kind, mine.shape, mine.field, mine.kernel, mine.factor, mine.code) == (
            (layer.kind, layer.shape, layer.field, layer.kernel, layer.factor, layer.code)
        )
    assert not told


@pytest.mark.parametrize(
    ("name", "code"),
    [("situation-1", 196), ("situation-2", 49), ("situation-3", 4), ("situation-4", 1)],
)
def test_the_lecture_is_among_the_templates(name, code):
    plan = lay_out(TEMPLATES[name].design, GREY)
    assert plan.code_shape == networks.code_shape(networks.configure({"network": name}), GREY)
    assert plan.code_values == code
    design = TEMPLATES[name].design
    seeing = [layer for layer in design.decoder if layer.kind != "shuffle"]
    layers = 2 if name == "situation-1" else 3  # of the encoder, its code's among them
    assert len(design.encoder) + 1 == len(seeing) == layers
    hidden = [*design.encoder, design.code, *seeing[:-1]]
    assert {layer.activation for layer in hidden} == {"relu"}
    assert seeing[-1].activation == "sigmoid"


PLAIN = """
import json, sys
import numpy as np
assert not any(name.startswith("ae_core") for name in sys.modules)
for case in json.load(sys.stdin):
    space = {}
    exec(case["program"], space)
    model = space["autoencoder"]
    model.load_weights(case["weights"])
    x = np.load(case["images"]).astype("float32") / 255
    y = np.asarray(model.get_layer("encoder")(x))
    x_hat = np.clip(np.rint(model.predict_on_batch(x) * 255), 0, 255).astype("uint8")
    np.savez(case["out"], x_hat=x_hat, y=y)
"""


def same_in_plain_keras(trainings, folder):
    """Check that each training's program gives the pixels of its network, in a process of its own.

    Codes are compared without compiling either encoder, which takes longer than all else.
    """
    from ae_core.networks import inference

    cases, wanted = [], []
    random = np.random.default_rng(0)
    for n, (config, shape) in enumerate(trainings):
        model = networks.build(config, shape)
        model.set_weights(
            [w + random.normal(0, 0.05, w.shape).astype(w.dtype) for w in model.get_weights()]
        )
        x = random.integers(0, 256, (3, *shape), np.uint8)
        paths = {k: str(folder / f"{n}-{k}") for k in ("weights.keras", "images.npy", "out.npz")}
        model.save(paths["weights.keras"])
        np.save(paths["images.npy"], x)
        y = np.asarray(model.get_layer("encoder")(x.astype(np.float32) / 255))
        wanted.append((inference.of(model).reconstruct(x), y))
        program = "\n".join([keras_code.imports(), keras_code.network(config, shape)])
        cases.append({"program": program} | {k.partition(".")[0]: v for k, v in paths.items()})
    done = subprocess.run(
        [sys.executable, "-c", PLAIN],
        input=json.dumps(cases),
        cwd=folder,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for case, (x_hat, y) in zip(cases, wanted, strict=True):
        with np.load(case["out"]) as found:
            np.testing.assert_array_equal(found["x_hat"], x_hat)
            np.testing.assert_allclose(found["y"], y, rtol=1e-5, atol=1e-5)


@pytest.mark.long
def test_programs_of_all_templates_and_of_random_designs_give_the_same_pixels(tmp_path):
    trainings = [(training(t.line, loss=t.loss), GREY) for t in TEMPLATES.values()]
    random = drawn(6)
    assert len(random) == 6
    same_in_plain_keras(trainings + random, tmp_path)


def drawn(count):
    """Draw designs that can be built on images of 16×8 pixels in colour."""
    found = {}

    @given(designs())
    @settings(
        max_examples=20 * count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def collect(design):
        if len(found) < count and not errors(str(design), COLOUR):
            found[str(design)] = TrainConfig(
                network="designed",
                design=str(design),
                code=lay_out(design, COLOUR).code_values,
            )

    collect()
    return [(config, COLOUR) for config in found.values()]


@pytest.mark.long
@pytest.mark.parametrize("start", [0, 50, 100, 150])
def test_programs_of_200_random_designs_give_the_same_pixels(start, tmp_path):
    trainings = drawn(200)
    assert len(trainings) == 200
    same_in_plain_keras(trainings[start : start + 50], tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("name", ["sparse", "variational", "convolutional"])
def test_the_whole_program_runs_and_its_weights_are_read_again(name, tmp_path):
    noise = {"noise": {"kind": "gaussian", "level": 25}} if name == "convolutional" else {}
    config = training(TEMPLATES[name].line, loss=TEMPLATES[name].loss, epochs=1, batch=500, **noise)
    (tmp_path / "design.py").write_text(keras_code.script(config, GREY))
    first = plain(tmp_path, "design.py")
    x = np.load(tmp_path / "reconstructions.npy")
    assert x.shape == (200, *GREY) and " dB" in first
    images = np.random.default_rng(0).integers(0, 256, (30, *GREY), np.uint8)
    np.savez(tmp_path / "images.npz", x_train=images, x_test=images)
    assert "30 test images" in plain(tmp_path, "design.py", "images.npz", "autoencoder.keras")


def plain(folder, *words):
    done = subprocess.run([sys.executable, *words], cwd=folder, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1]


def test_a_program_names_the_size_of_its_images_with_the_width_first():
    first = keras_code.script(training("conv8:s2 > vector4 > mirror"), COLOUR).splitlines()[0]
    assert first == '"""An autoencoder for images of 8×16×3.'
    title = json.loads(notebook.notebook(training("conv8:s2 > vector4 > mirror"), COLOUR))
    assert "images of 8×16×3" in "".join(title["cells"][0]["source"])
