"""Seconds to reach a stated validation PSNR: this program with its defaults against two rivals.

    python tests/benchmarks/training_speed.py --minutes 10 [--repeats 5] [--tasks colour-16 ...]

The rivals train for so many minutes, each with three learning rates, of which the best counts:

* Keras as in keras.io's autoencoder example: ``compile`` with Adam and MSE, ``fit`` on float32
  arrays, noise drawn once; the situations have this program's layers, colour images those of its
  network ``conv`` without its start, the denoiser is a DnCNN of eight layers (Zhang et al. 2017).
* PyTorch, if installed: the same layers, ``DataLoader`` and Adam.

The level is what the better rival reaches. The clock begins before the network is built; looks at the
validation images are not in it. A training that does not reach the level has its best PSNR instead.
Cells: median of the repeats; a ratio is the better rival's seconds over this program's.
"""

from __future__ import annotations

import dataclasses
import math
import os
import tempfile
import time
from statistics import median

import numpy as np

from ae_core import networks
from ae_core.images import metrics
from ae_core.training import images as training_images

RATES = (3e-4, 1e-3, 3e-3)  # of the rivals
TASKS = {
    **{f"situation-{k}": {"network": f"situation-{k}", "data": "letters"} for k in range(1, 5)},
    "colour-16": {"network": "dense", "data": "numbers", "code": 16},
    "colour-64": {"network": "dense", "data": "numbers", "code": 64},
    "denoiser": {"network": "unet-pca", "data": "numbers"},
}


def print_table(contestants, options, in_child) -> None:
    """Measure every task and print Markdown.

    Args:
        contestants: this program first, then the rivals.
        options: of the command line.
        in_child: ``in_child(contestant, task, rate, seed)`` gives a curve of (seconds, PSNR).
    """
    ours, *rivals = contestants
    print(f"\nSeconds to the PSNR that the better rival reaches in {options.minutes:g} minutes\n")
    print("| task | level dB |", " | ".join(contestants), "| ratio |")
    print("|---" * (3 + len(contestants)) + "|", flush=True)
    for task in options.tasks:
        curves = {ours: [in_child(ours, task, None, seed) for seed in range(options.repeats)]}
        for rival in rivals:
            tried = [
                [in_child(rival, task, rate, seed) for seed in range(options.repeats)]
                for rate in RATES
            ]
            curves[rival] = max(tried, key=lambda repeats: median(map(_best, repeats)))
        level = max(median(map(_best, curves[rival])) for rival in rivals)
        seconds = {c: median(reached(curve, level) for curve in curves[c]) for c in contestants}
        cells = [_cell(seconds[c], median(map(_best, curves[c]))) for c in contestants]
        ratio = min(seconds[c] for c in rivals) / seconds[ours]
        known = math.isfinite(ratio) and ratio > 0
        cells.append(f"{ratio:.2f}" if known else "–")
        print(f"| {task} | {level:.2f} | {' | '.join(cells)} |", flush=True)


def reached(curve: list[tuple[float, float]], level: float) -> float:
    """Return the seconds of the first look that is at a level, infinity where none is."""
    return next((seconds for seconds, psnr in curve if psnr >= level), math.inf)


def _best(curve) -> float:
    return max(psnr for _, psnr in curve)


def _cell(seconds: float, best: float) -> str:
    return f"{seconds:,.0f} s" if math.isfinite(seconds) else f"not reached: {best:.2f} dB"


# In the child: each gives its curve


def ours(task: str, options) -> list[tuple[float, float]]:
    """Train as the command line does without options, in a folder that is thrown away."""
    config = _config(task)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["AE_ARTIFACTS_DIR"] = folder
        import keras  # noqa: F401 - no contestant's clock counts loading its library

        from ae_core import runs
        from ae_core.training.fit import fit

        run = runs.create(dataclasses.replace(config, device="cpu", seed=options.seed))
        training_images.load(config)  # no contestant's clock counts reading the images
        first: list[float] = []
        begun = time.perf_counter()
        fit(run, on_progress=lambda news: first or first.append(time.perf_counter() - begun))
        rows = run.history().to_dict("records")
    # What comes before the first step is building, starting at PCA and compiling.
    trained = np.cumsum([0.0 if row["epoch"] == 0 else row["seconds"] for row in rows])
    return [(first[0] + float(s), row["val_psnr"]) for s, row in zip(trained, rows, strict=True)]


def keras_habits(task: str, options) -> list[tuple[float, float]]:
    """Train the rival's network with ``compile`` and ``fit``."""
    import keras

    keras.utils.set_random_seed(options.seed)
    clock, (x, x_noisy, *looked_at) = _Clock(options), _arrays(task)
    network = _keras_network(task, x.shape[1:])
    network.compile(keras.optimizers.Adam(options.rate), "mse")

    class Look(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            predict = self.model.predict_on_batch
            self.model.stop_training = clock.look(lambda part: np.asarray(predict(part)), *looked_at)

    network.fit(x_noisy, x, batch_size=128, epochs=10**6, verbose=0, callbacks=[Look()])
    return clock.curve


def torch_habits(task: str, options, torch_network) -> list[tuple[float, float]]:
    """Train the same layers with PyTorch's ``DataLoader`` and Adam."""
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    clock, (x, x_noisy, *looked_at) = _Clock(options), _arrays(task)
    network = _torch_dncnn() if task == "denoiser" else torch_network(*_layers_of(task))
    pairs = TensorDataset(*(torch.from_numpy(_channels_first(a)) for a in (x_noisy, x)))
    optimiser = torch.optim.Adam(network.parameters(), options.rate)

    def predict(part):
        with torch.no_grad():
            return network(torch.from_numpy(_channels_first(part))).numpy().transpose(0, 2, 3, 1)

    over = False
    while not over:
        for noisy, clean in DataLoader(pairs, batch_size=128, shuffle=True):
            optimiser.zero_grad()
            torch.nn.functional.mse_loss(network(noisy), clean).backward()
            optimiser.step()
        over = clock.look(predict, *looked_at)
    return clock.curve


class _Clock:
    """Seconds of training, and what was seen on the validation images."""

    def __init__(self, options):
        self.most, self.curve = 60 * options.minutes, []
        self.begun, self.looking = time.perf_counter(), 0.0

    def look(self, predict, x_noisy: np.ndarray, x: np.ndarray) -> bool:
        """Note the PSNR on uint8 images ``x`` (N, H, W, C); return whether the time is over."""
        now = time.perf_counter()
        seconds = now - self.begun - self.looking
        x_hat = np.concatenate([predict(x_noisy[k : k + 64]) for k in range(0, len(x), 64)])
        eight_bit = np.rint(255 * np.clip(x_hat, 0, 1)).astype(np.uint8)
        self.curve.append((seconds, metrics.summary(x, eight_bit)["psnr"]))
        self.looking += time.perf_counter() - now
        return seconds >= self.most


def _config(task: str):
    return networks.configure(TASKS[task])


def _arrays(task: str):
    """Training images clean and noisy, validation images noisy, float32, and clean, uint8."""
    config = _config(task)
    x, _, x_val = training_images.load(config)
    noisy = [_noisy(images, config) for images in (x, x_val)]
    return x.astype(np.float32) / 255, noisy[0], noisy[1], x_val


def _noisy(x: np.ndarray, config) -> np.ndarray:
    levels, _ = training_images.spread(len(x), config, (config.noise.low, config.noise.level))
    return training_images.corrupt_each(x, config.noise, levels).astype(np.float32) / 255


def _layers_of(task: str) -> tuple[str, int]:
    """The network of this program whose layers a rival has, and the values of its code."""
    about = TASKS[task]
    return ("conv" if about["network"] == "dense" else about["network"]), about.get("code", 0)


def _keras_network(task: str, shape):
    import keras
    from keras import layers

    if task != "denoiser":
        name, code = _layers_of(task)
        given = {"network": name, "data": TASKS[task]["data"]} | ({"code": code} if code else {})
        return networks.build(networks.configure(given), shape)
    x = keras.Input(shape)
    h = layers.Conv2D(64, 3, padding="same", activation="relu")(x)
    for _ in range(6):
        h = layers.Conv2D(64, 3, padding="same", use_bias=False)(h)
        h = layers.Activation("relu")(layers.BatchNormalization()(h))
    return keras.Model(x, layers.Subtract()([x, layers.Conv2D(shape[2], 3, padding="same")(h)]))


def _torch_dncnn():
    from torch import nn

    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            inner = [nn.Conv2d(3, 64, 3, padding=1), nn.ReLU()]
            for _ in range(6):
                inner += [nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
            self.noise = nn.Sequential(*inner, nn.Conv2d(64, 3, 3, padding=1))

        def forward(self, x):
            return x - self.noise(x)

    return Residual()


def _channels_first(x: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(x.transpose(0, 3, 1, 2))
