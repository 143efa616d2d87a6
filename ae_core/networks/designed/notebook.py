"""A notebook that needs only Keras, NumPy and matplotlib: it gets images, builds, trains and shows.

For a hosted notebook, where this program is not installed.
"""

from __future__ import annotations

import math
import textwrap

from ae_core import data
from ae_core.config import TrainConfig
from ae_core.networks.designed import keras_code

Shape = tuple[int, int, int]

_TEXT = {
    "data": "Images, in [0, 1]. `PATH` may name an `.npz` file with `x_train` and `x_test`, uint8 "
    "(N, {h}, {w}, {c}); without it {source}.",
    "fetch": "they are fetched from the web",
    "keras": "`keras.datasets` fetches others of the same shape",
    "ask": "the next cell asks for one",
    "network": "The encoder, the decoder, and both joined.",
    "training": "Trained so that the output is the input.",
    "show": "Test images, what the network is given, its code, and its reconstructions.",
    "save": "`autoencoder.keras` opens with `keras.saving.load_model`.",
}
_SAME_SHAPE = {(28, 28, 1): "fashion_mnist", (32, 32, 3): "cifar10"}


def notebook(config: TrainConfig, shape: Shape) -> str:
    """Return the notebook, JSON of nbformat 4.

    Args:
        config: a training of a designed network, or of a situation.
        shape: of the images, (H, W, C).

    Raises:
        UserError: the design cannot be.
    """
    import nbformat
    from nbformat import v4

    h, w, c = shape
    source, get = _images(config, shape)
    title = f"# An autoencoder for images of {w}×{h}×{c}\n\n{_noise_text(config)}"
    parts = [
        (title, f"{keras_code.imports()}\nfrom matplotlib import pyplot as plt"),
        ("", keras_code.settings(config)),
        (_TEXT["data"].format(h=h, w=w, c=c, source=_TEXT[source]), get),
        (_TEXT["network"], keras_code.network(config, shape) + "\nautoencoder.summary()"),
        ("", keras_code.noise(config)),
        (
            _TEXT["training"],
            keras_code.training(config, shape),
        ),
        ("", _fit()),
        (_TEXT["show"], _show(config, shape)),
        (_TEXT["save"], 'autoencoder.save("autoencoder.keras")'),
    ]
    cells = []
    for text, code in parts:
        cells += [v4.new_markdown_cell(text)] if text else []
        cells += [v4.new_code_cell(code.rstrip("\n"))] if code else []
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place + 1}"  # the same notebook for the same training
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.writes(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})) + "\n"


def _noise_text(config: TrainConfig) -> str:
    if config.noise.kind == "none":
        return "Encoder, code and decoder, trained so that what comes out is what went in."
    return (
        f"Encoder, code and decoder, trained to remove {config.noise.kind} noise of level "
        f"{config.noise.level:g} (0 to 255 is the range of an image)."
    )


def _images(config: TrainConfig, shape: Shape) -> tuple[str, str]:
    """Return where the images come from, and the cell that gets them."""
    lines = [
        'PATH = ""',
        "if PATH:",
        "    with np.load(PATH, allow_pickle=False) as file:",
        '        x_train, x_test = file["x_train"], file["x_test"]',
        "else:",
    ]
    names = data.members(config.data)
    download = data.info(names[0]).download
    if names == ["notmnist"] and download is not None:
        source = "fetch"
        files = [name for name in download.files if "images" in name]
        train, test = sorted(files, key=lambda name: "t10k" in name)
        lines += [
            f"    address = {download.address!r}",
            "    found = []",
            f"    for name in ({train!r}, {test!r}):",
            "        path = keras.utils.get_file(name, address + name)",
            "        with gzip.open(path) as file:  # 16 bytes of header, then the pixels",
            "            found.append(np.frombuffer(file.read()[16:], np.uint8))",
            "    x_train, x_test = found",
        ]
        lines.insert(0, "import gzip\n")
    elif shape in _SAME_SHAPE:
        source = "keras"
        lines += [
            f"    (x_train, _), (x_test, _) = keras.datasets.{_SAME_SHAPE[shape]}.load_data()",
        ]
    else:
        source = "ask"
        lines += [
            '    PATH = input("An .npz file with x_train and x_test: ")',
            "    with np.load(PATH, allow_pickle=False) as file:",
            '        x_train, x_test = file["x_train"], file["x_test"]',
        ]
    lines += [
        f'x_train = x_train.reshape(-1, {_sides(shape)}).astype("float32") / 255',
        f'x_test = x_test.reshape(-1, {_sides(shape)}).astype("float32") / 255',
        "len(x_train), len(x_test)",
    ]
    return source, "\n".join(lines)


def _sides(shape: Shape) -> str:
    return ", ".join(map(str, shape))


def _fit() -> str:
    return textwrap.dedent("""\
        plt.plot(range(1, EPOCHS + 1), train(x_train), marker=".")
        plt.xlabel("epoch")
        plt.ylabel("loss")
        plt.show()
        """)


def _show(config: TrainConfig, shape: Shape) -> str:
    given = "noisy(x)" if config.noise.kind != "none" else "x"
    values = math.prod(shape)
    return textwrap.dedent(f"""\
        x = x_test[:8]
        x_given = {given}
        y = encoder.predict(x_given, verbose=0)
        x_hat = np.clip(autoencoder.predict(x_given, verbose=0), 0, 1)
        side = int(np.ceil(np.sqrt(y[0].size)))
        codes = np.zeros((len(y), side * side))
        codes[:, : y[0].size] = y.reshape(len(y), -1)
        codes = codes.reshape(-1, side, side)
        rows = {{"original": x, "given": x_given, "code": codes, "output": x_hat}}
        figure, axes = plt.subplots(len(rows), len(x), figsize=(len(x), len(rows)))
        for line, (name, images) in zip(axes, rows.items()):
            line[0].set_title(name, loc="left", fontsize=9)
            for axis, image in zip(line, images):
                axis.imshow(image.squeeze(), cmap="gray")
                axis.axis("off")
        plt.show()
        error = np.square(np.rint(x_hat * 255) - x * 255).mean(axis=(1, 2, 3))
        print(f"PSNR {{(10 * np.log10(255**2 / np.maximum(error, 1e-3))).mean():.2f}} dB, "
              f"{{y[0].size}} code values for {values}")
        """)
