"""A designed training written down as a program: plain Keras and NumPy, nothing of this one.

The layers are those of the plan, one line each and under the same names, so that the weights of a
training fit: ``autoencoder.load_weights("model.keras")``.
"""

from __future__ import annotations

import math
import textwrap

from ae_core.config import MOMENTUM, TrainConfig
from ae_core.networks import designed
from ae_core.networks.designed.plan import DECODER, ENCODER, Call, Plan, Step

Shape = tuple[int, int, int]
_WIDTH = 100

_OPTIMISERS = {
    "adam": "keras.optimizers.Adam(schedule)",
    "adamw": "keras.optimizers.AdamW(schedule)",
    "sgd": f"keras.optimizers.SGD(schedule, momentum={MOMENTUM})",
    "rmsprop": "keras.optimizers.RMSprop(schedule)",
}
_LOSSES = {"mse": '"mse"', "mae": '"mae"', "bce": '"binary_crossentropy"', "psnr": "log_mse"}
_FIRST = {  # options that Keras's users write without their names
    "Conv2D": ("filters", "kernel_size"),
    "Conv2DTranspose": ("filters", "kernel_size"),
    "Dense": ("units",),
    "MaxPooling2D": ("pool_size",),
    "AveragePooling2D": ("pool_size",),
    "UpSampling2D": ("size",),
    "Dropout": ("rate",),
    "Reshape": ("target_shape",),
    "Rescaling": ("scale",),
    "Activation": ("activation",),
    "GaussianNoise": ("stddev",),
    "ZeroPadding2D": ("padding",),
    "Cropping2D": ("cropping",),
}
_NOISES = {
    "gaussian": "x + level * rng.normal(size=x.shape)",
    "speckle": "x + x / 255 * level * rng.normal(size=x.shape)",
    "salt-and-pepper": "np.where(u < level / 200, 0, np.where(u > 1 - level / 200, 255, x))",
    "masking": "np.where(u < level / 100, 0, x)",
    "poisson": "rng.poisson(x / 255 * photons) / photons * 255",
}


def imports() -> str:
    """Return what every program begins with."""
    return "import keras\nimport numpy as np\nfrom keras import layers"


def settings(config: TrainConfig) -> str:
    """Return the numbers of a training."""
    return "\n".join(
        [
            f"EPOCHS, BATCH = {config.epochs}, {config.batch}",
            f"LEARNING_RATE = {config.learning_rate:g}  # warmed up, then decayed to zero",
            f"keras.utils.set_random_seed({config.seed})",
        ]
    )


def network(config: TrainConfig, shape: Shape) -> str:
    """Return the definitions of encoder and decoder, and both joined.

    Raises:
        UserError: the design cannot be.
    """
    plan = designed.planned(config, shape).require()
    values = math.prod(shape)
    lines = [
        f"# {plan.design}",
        f"# {plan.code_values:,} code values for the {values:,} of an image "
        f"({values / plan.code_values:.3g} times fewer); {plan.parameters:,} parameters.",
        *_half(plan, ENCODER, "x", shape),
        "",
        *_half(plan, DECODER, "y", plan.code_shape),
        "",
        f'x = keras.Input({tuple(shape)}, name="x")',
        f'autoencoder = keras.Model(x, decoder(encoder(x)), name="{config.network}")',
    ]
    return "\n".join(lines)


def noise(config: TrainConfig) -> str:
    """Return the function that makes images noisy, or "" for a training without noise."""
    asked = config.noise
    if asked.kind == "none":
        return ""
    levels = f"np.full((len(x), 1, 1, 1), {asked.level:g})"
    if asked.low is not None:
        levels = f"rng.uniform({asked.low:g}, {asked.level:g}, (len(x), 1, 1, 1))"
    formula = _NOISES[asked.kind]
    lines = [
        "rng = np.random.default_rng(0)",
        "",
        "",
        "def noisy(x):",
        f'    """Return images in [0, 1] with {asked.kind} noise, as 8-bit images have it."""',
        f"    x, level = 255 * x, {levels}",
    ]
    if asked.clean:
        lines.append(f"    level[rng.random(len(x)) < {asked.clean:g}] = 0")
    if "u " in formula:
        lines.append("    u = rng.random((*x.shape[:3], 1))")
    if "photons" in formula:
        lines.append("    photons = (255 / np.maximum(level, 1e-3)) ** 2  # of a white pixel")
    lines.append(f'    return np.clip(np.rint({formula}), 0, 255).astype("float32") / 255')
    return "\n".join(lines)


def training(config: TrainConfig, shape: Shape) -> str:
    """Return the function ``train(x)``, which compiles, fits and returns the loss of each epoch."""
    code = designed.planned(config, shape).design.code
    kl = code.penalty == "kl"
    lines = _log_mse() if config.loss == "psnr" else []
    lines += _divergence(code.weight, math.prod(shape)) if kl else []
    model, target = ("trained", "targets") if kl else ("autoencoder", "x")
    loss = _LOSSES[config.loss]
    if kl:
        loss = f'{{"x_hat": {loss}, "moments": divergence}}'
    lines += [
        "def train(x):",
        '    """Train on images float32 (N, H, W, C) in [0, 1]; return the loss of each epoch."""',
        "    steps = EPOCHS * -(-len(x) // BATCH)",
        f"    warm = max(1, int({config.warm_up:g} * steps))",
        "    schedule = keras.optimizers.schedules.CosineDecay(",
        "        LEARNING_RATE / 100, max(1, steps - warm), warmup_target=LEARNING_RATE,",
        "        warmup_steps=warm,",
        "    )",
        f"    optimizer = {_OPTIMISERS[config.optimizer]}",
        f"    {model}.compile(optimizer, loss={loss})",
    ]
    if kl:
        lines.append('    targets = {"x_hat": x, "moments": np.zeros((len(x), moments.shape[1]))}')
    if config.noise.kind == "none":
        lines.append(f"    history = {model}.fit(x, {target}, batch_size=BATCH, epochs=EPOCHS)")
        lines.append('    return history.history["loss"]')
    else:
        lines += [
            "    losses = []",
            "    for epoch in range(EPOCHS):  # the noise of every epoch is drawn anew",
            f"        history = {model}.fit(",
            f"            noisy(x), {target}, batch_size=BATCH,",
            "            initial_epoch=epoch, epochs=epoch + 1,",
            "        )",
            '        losses += history.history["loss"]',
            "    return losses",
        ]
    return "\n".join(lines)


def script(config: TrainConfig, shape: Shape) -> str:
    """Return the whole program: ``python FILE [IMAGES.npz [WEIGHTS.keras]]``.

    Args:
        config: a training of a designed network.
        shape: of the images, (H, W, C).

    Raises:
        UserError: the design cannot be.

    >>> config = TrainConfig(network="designed", design="conv8:s2:relu > vector4 > mirror", code=4)
    >>> "An autoencoder for images of 28×28×1." in script(config, (28, 28, 1)).splitlines()[0]
    True
    """
    h, w, c = shape
    given = "noisy(x_test)" if config.noise.kind != "none" else "x_test"
    parts = [
        f'"""An autoencoder for images of {w}×{h}×{c}.\n\n'
        "    python FILE [IMAGES.npz [WEIGHTS.keras]]\n\n"
        f"IMAGES.npz has x_train and x_test, uint8 (N, {h}, {w}, {c}); without it discs are drawn. "
        'With\nWEIGHTS.keras nothing is trained.\n"""',
        "import sys\n\n" + imports(),
        settings(config),
        network(config, shape),
        *filter(None, [noise(config)]),
        training(config, shape),
        _images(shape),
        textwrap.dedent(f"""\
        if __name__ == "__main__":
            x_train, x_test = images(*sys.argv[1:2])
            if len(sys.argv) > 2:
                autoencoder.load_weights(sys.argv[2])
            else:
                train(x_train)
                autoencoder.save("autoencoder.keras")
            x_hat = np.clip(np.rint(autoencoder.predict({given}, 256, verbose=0) * 255), 0, 255)
            np.save("reconstructions.npy", x_hat.astype("uint8"))
            error = ((x_hat - x_test * 255) ** 2).mean(axis=(1, 2, 3))
            psnr = 10 * np.log10(255**2 / np.maximum(error, 1e-3))
            print(f"{{len(x_test)}} test images: {{psnr.mean():.2f}} dB")
        """),
    ]
    return "\n\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _images(shape: Shape) -> str:
    h, w, c = shape
    return textwrap.dedent(f'''\
        def images(path=None):
            """Return training and test images, float32 in [0, 1]: those of a file, or drawn discs."""
            if path:
                with np.load(path, allow_pickle=False) as file:
                    return tuple(file[k].astype("float32") / 255 for k in ("x_train", "x_test"))
            random = np.random.default_rng(1)
            row, column = np.indices(({h}, {w}))
            top, left = random.uniform(0.2, 0.8, (2, 2200, 1, 1))
            radius = {min(h, w)} * random.uniform(0.1, 0.4, (2200, 1, 1))
            inside = np.hypot(row - {h} * top, column - {w} * left) < radius
            disc, ground = random.random((2, 2200, 1, 1, {c}))
            x = np.where(inside[..., None], disc, ground)
            x = np.rint(x * 255).astype("float32") / 255
            return x[:2000], x[2000:]
        ''')


def _half(plan: Plan, part: str, given: str, shape: Shape) -> list[str]:
    """Return the lines that make one half; a layer read by the next one alone is called ``h``."""
    steps = [step for step in plan.steps if step.part == part]
    named = {given: given}
    lines = [f'{given} = keras.Input({tuple(shape)}, name="{given}")']
    for place, step in enumerate(steps):
        following = steps[place + 1 : place + 2]
        chain = not following or following[0].inputs == (step.name,)
        readers = sum(step.name in other.inputs for other in steps)
        named[step.name] = "h" if chain and readers < 2 else step.name
        lines += _layer(step, named)
    lines.append(f'{part} = keras.Model({given}, {named[steps[-1].name]}, name="{part}")')
    return lines


def _layer(step: Step, named: dict[str, str]) -> list[str]:
    options = dict(step.options)
    words = [_value(options.pop(name)) for name in _FIRST.get(step.keras, ())]
    words += [f"{name}={_value(v)}" for name, v in options.items() if v != "linear"]
    words.append(f'name="{step.name}"')
    inputs = [named[name] for name in step.inputs]
    read = inputs[0] if len(inputs) == 1 else f"[{', '.join(inputs)}]"
    line = f"{named[step.name]} = layers.{step.keras}({', '.join(words)})({read})"
    if len(line) <= _WIDTH:
        return [line]
    inner = textwrap.wrap(", ".join(words) + ",", _WIDTH - 4, break_long_words=False)
    return [
        f"{named[step.name]} = layers.{step.keras}(",
        *(f"    {text}" for text in inner),
        f")({read})",
    ]


def _value(value) -> str:
    if isinstance(value, Call):
        options = ", ".join(f"{name}={_value(v)}" for name, v in value.options.items())
        return f"keras.{value.module}.{value.name}({options})"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _log_mse() -> list[str]:
    return textwrap.dedent('''\
        def log_mse(x, x_hat):
            """Return the logarithm of each image's squared error: PSNR, up to a factor."""
            error = keras.ops.mean(keras.ops.square(x_hat - x), axis=(1, 2, 3))
            return keras.ops.log(error + 1e-6)


        ''').split("\n")[:-1]


def _divergence(weight: float, pixels: int) -> list[str]:
    return textwrap.dedent(f'''\
        # In training the network also gives mean and log variance of its code, for their divergence
        # from a standard normal distribution, which is added to the loss with the weight {weight:g}.
        inner = [encoder.get_layer(name).output for name in ("mean", "log_variance")]
        y, mean, log_variance = keras.Model(encoder.input, [encoder.output, *inner])(x)
        moments = layers.Concatenate()([layers.Flatten()(mean), layers.Flatten()(log_variance)])
        trained = keras.Model(x, {{"x_hat": decoder(y), "moments": moments}})


        def divergence(_, moments):
            """Return the Kullback-Leibler divergence of each image's code, for each of its values."""
            mean, log_variance = keras.ops.split(moments, 2, axis=1)
            terms = keras.ops.square(mean) + keras.ops.exp(log_variance) - log_variance - 1
            return {0.5 * weight:g} * keras.ops.sum(terms, axis=1) / {pixels}


        ''').split("\n")[:-1]
