"""Training speed: this program against plain Keras and PyTorch, one run, one table of ratios.

    python tests/benchmarks/training_speed.py [--seconds 8] [--repeats 3] [--networks conv ...]
    python tests/benchmarks/training_speed.py --minutes 10 --repeats 5 [--tasks colour-16 ...]

The four situations on drawn letters (28×28, no noise) and the colour autoencoder with 64 values on
drawn house numbers (32×32×3, Gaussian noise, sigma 25), all with Adam, MSE and the same batches:

* this program: ``Trainer`` as ``fit.py`` uses it, with the kernels of TensorFlow's that its trainings
  turn on; fresh noise per batch.
* Keras: the same network, ``compile`` and ``fit`` on float32 arrays by default, the noise drawn once
  by NumPy, as in keras.io's autoencoder example; without the progress bar, which can only help it.
  TensorFlow has the kernels that it chooses for this processor by itself.
* PyTorch, if installed: the same layers, ``DataLoader`` on a ``TensorDataset`` of float32 by default,
  the noise drawn once. The script stops if the weights differ in shape from those of Keras.

A figure is images a second in training, in a process of its own, after a warm-up that compiles;
validation and files are not in it. The share of the peak is that of the processor's arithmetic that
this program's step reaches: TensorFlow's own count of a step's floating-point operations, against the
product of two 2048×2048 matrices in the same process. With ``--minutes`` another table follows, of
seconds to a stated PSNR; see ``time_to_quality.py``. Each repeat turns the order round. Cells: median
(lowest-highest); a ratio is this program's speed over the other's in the same repeat: above 1, this
program is faster. Run it on a machine that does nothing else.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import time_to_quality  # noqa: E402

from ae_core import data, networks  # noqa: E402
from ae_core.config import TrainConfig  # noqa: E402
from ae_core.images.noise import Noise  # noqa: E402
from ae_core.machine import devices  # noqa: E402

BATCH, SIGMA, CODE = 128, 25, 64
WIDTH, DEEP_WIDTH = 64, 88  # those of ae_core.networks.conv; a difference is found by its weights
NETWORKS = ("situation-1", "situation-2", "situation-3", "situation-4", "conv")
CONTESTANTS = OURS, KERAS, TORCH = "this program", "Keras", "PyTorch"


def main(arguments=None) -> None:
    """Measure and print Markdown."""
    options = _options(arguments)
    if options.child:
        print(json.dumps(_child(options)))
        return
    _print_machine(options)
    contestants = [c for c in CONTESTANTS if c != TORCH or importlib.util.find_spec("torch")]
    print(
        f"| network | weights | {' | '.join(CONTESTANTS)} | ratio to Keras | ratio to PyTorch "
        "| share of peak |"
    )
    print("|---" * 8 + "|", flush=True)
    for network in options.networks:
        _print_row(network, _measure(network, contestants, options))
    if options.minutes:

        def curve(contestant: str, task: str, rate: float | None, seed: int) -> list:
            more = ["--task", task, "--seed", str(seed), "--rate", str(rate or 0)]
            return _in_child(contestant, "conv", options, more)["curve"]

        time_to_quality.print_table(contestants, options, curve)


def _measure(network: str, contestants: list[str], options) -> dict[str, list[dict]]:
    """Contestant -> results of its repeats; all have weights of the same shapes."""
    results: dict[str, list[dict]] = {c: [] for c in contestants}
    for repeat in range(options.repeats):
        for contestant in contestants[:: -1 if repeat % 2 else 1]:
            results[contestant].append(_in_child(contestant, network, options))
        shapes = {c: repeats[0]["shapes"] for c, repeats in results.items()}
        assert all(found == shapes[OURS] for found in shapes.values()), (
            f"{network}: the weights differ in shape; bring this script's PyTorch network up to "
            f"date: {shapes}"
        )
    return results


def _in_child(contestant: str, network: str, options, more: Sequence[str] = ()) -> dict:
    device = devices.resolve(options.device)
    ours = contestant == OURS
    env = os.environ | (devices.for_training if ours else devices.environment)(device)
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        env[name] = str(options.threads)
    command = [sys.executable, __file__, "--child", contestant, "--networks", network, *more]
    for name in ("seconds", "images", "threads", "device", "minutes"):
        value = device if name == "device" else getattr(options, name)
        command += [f"--{name}", str(value)] if value is not None else []
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{contestant}, {network}, ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def _print_row(network: str, results: dict[str, list[dict]]) -> None:
    speeds = {c: [r["images_per_second"] for r in repeats] for c, repeats in results.items()}
    weights = sum(int(np.prod(shape)) for shape in results[OURS][0]["shapes"])
    cells = [network, f"{weights:,}"]
    cells += [_cell(speeds[c], ",.0f") if c in speeds else "not installed" for c in CONTESTANTS]
    for c in CONTESTANTS[1:]:
        pairs = zip(speeds[OURS], speeds.get(c, []), strict=False)
        cells.append(_cell([ours / theirs for ours, theirs in pairs], ".2f"))
    cells.append(_cell([r["of_peak"] for r in results[OURS] if "of_peak" in r], ".0%") or "not known")
    print(f"| {' | '.join(cells)} |", flush=True)


def _cell(values: list[float], form: str) -> str:
    if not values:
        return ""
    middle, low, high = (f"{v:{form}}" for v in (median(values), min(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({low}-{high})"


def _print_machine(options) -> None:
    versions = [f"Python {platform.python_version()}", f"Keras backend {devices.backend()}"]
    for package in ("keras", "tensorflow", "jax", "torch", "numpy"):
        if importlib.util.find_spec(package):
            versions.append(f"{package} {importlib.metadata.version(package)}")
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"
    print(
        f"{devices.cpu_name()}, {devices.cores()} cores, {options.threads} threads; device "
        f"{devices.resolve(options.device)}; {platform.system()}; load before: {load}  "
    )
    print(f"{', '.join(versions)}  ")
    print(
        f"Images a second in training; batch {BATCH}, {options.images} images, "
        f"{options.repeats} × {options.seconds:g} s\n"
    )


# In the child: each function trains for a while and returns images, seconds, shapes of the weights


def _child(options) -> dict:
    if options.task:
        train = {
            OURS: time_to_quality.ours,
            KERAS: time_to_quality.keras_habits,
            TORCH: partial(time_to_quality.torch_habits, torch_network=_torch_network),
        }
        return {"curve": train[options.child](options.task, options)}
    network = options.networks[0]
    noise = Noise("gaussian", SIGMA) if network == "conv" else Noise()
    config = TrainConfig(
        network=network,
        code=networks.kind(network).default_code(CODE),
        noise=noise,
        data="numbers" if network == "conv" else "letters",
        batch=BATCH,
    )
    x = data.load(config.data).train.x
    x = x[: min(options.images, len(x)) // BATCH * BATCH]
    train = {OURS: _ours, KERAS: _keras, TORCH: _torch}[options.child]
    images, seconds, shapes = train(x, config, options)
    shapes = sorted(sorted(int(n) for n in shape) for shape in shapes)  # axes differ in order
    result = {"images_per_second": images / seconds, "shapes": shapes}
    if options.child == OURS and devices.backend() == "tensorflow" and options.device == "cpu":
        result["of_peak"] = images / seconds * _operations(x, config) / _peak()
    return result


def _operations(x, config) -> float:
    """Return the floating-point operations of a training step of this program, an image."""
    import tensorflow as tf
    from tensorflow.python.profiler import model_analyzer, option_builder

    from ae_core.networks.trainer import Trainer

    trainer = Trainer(networks.build(config, x.shape[1:]), x, config)
    trainer.compile_for(steps=1, batch=BATCH)
    images = tf.TensorSpec((BATCH, *x.shape[1:]), tf.uint8)
    step = tf.function(lambda batch: trainer.train_step((batch,)), autograph=False)
    wanted = option_builder.ProfileOptionBuilder
    options = wanted(wanted.float_operation()).with_empty_output().build()
    graph = step.get_concrete_function(images).graph
    return model_analyzer.profile(graph, options=options).total_float_ops / BATCH


def _peak(side: int = 2048, times: int = 10) -> float:
    """Return the floating-point operations a second of a product of two large matrices."""
    import tensorflow as tf

    product = tf.function(lambda a: tf.matmul(a, a))
    a = tf.random.normal((side, side))
    product(a)
    begun = time.perf_counter()
    for _ in range(times):
        product(a).numpy()
    return times * 2 * side**3 / (time.perf_counter() - begun)


def _ours(x, config, options):
    from ae_core.networks.trainer import Trainer
    from ae_core.training.images import epoch_order

    network = networks.build(config, x.shape[1:])
    trainer = Trainer(network, x, config)
    trainer.compile_for(steps=len(x) // BATCH * config.epochs, batch=BATCH)
    trainer.one_epoch(epoch_order([len(x)], 0, 0)[: 4 * BATCH], BATCH, lambda step, loss: False)
    images, before, epoch, start = 0, 0, 0, time.perf_counter()

    def after_batch(step: int, loss: float) -> bool:
        nonlocal images
        images = before + (step + 1) * BATCH
        return time.perf_counter() - start >= options.seconds

    while time.perf_counter() - start < options.seconds:
        epoch += 1
        trainer.one_epoch(epoch_order([len(x)], 0, epoch), BATCH, after_batch)
        before = images
    return images, time.perf_counter() - start, [w.shape for w in network.trainable_weights]


def _keras(x, config, options):
    import keras

    x, x_noisy = _float_arrays(x, config)
    network = networks.build(config, x.shape[1:])
    network.compile(optimizer="adam", loss="mse")
    network.fit(x_noisy[: 4 * BATCH], x[: 4 * BATCH], batch_size=BATCH, verbose=0)

    class Clock(keras.callbacks.Callback):  # asks after epochs only: batches run unhindered
        def on_epoch_begin(self, epoch, logs=None):
            self.start = time.perf_counter() if epoch == 0 else self.start

        def on_epoch_end(self, epoch, logs=None):
            self.images, self.seconds = (epoch + 1) * len(x), time.perf_counter() - self.start
            self.model.stop_training = self.seconds >= options.seconds

    clock = Clock()
    network.fit(x_noisy, x, batch_size=BATCH, epochs=10**6, verbose=0, callbacks=[clock])
    return clock.images, clock.seconds, [w.shape for w in network.trainable_weights]


def _torch(x, config, options):
    import torch
    from torch.utils.data import DataLoader, TensorDataset

    torch.set_num_threads(options.threads)
    device = "cpu" if options.device == "cpu" else "cuda"
    arrays = [torch.from_numpy(a.transpose(0, 3, 1, 2).copy()) for a in _float_arrays(x, config)]
    loader = DataLoader(TensorDataset(*arrays), batch_size=BATCH, shuffle=True)
    network = _torch_network(config.network).to(device)
    optimiser = torch.optim.Adam(network.parameters())
    loss_of, images, start = torch.nn.MSELoss(), -4 * BATCH, 0.0  # the first 4 warm it up
    network.train()
    while True:
        for clean, noisy in loader:
            clean, noisy = clean.to(device), noisy.to(device)
            optimiser.zero_grad()
            loss = loss_of(network(noisy), clean)
            loss.backward()
            optimiser.step()
            loss.item()  # as for a running mean
            images += len(clean)
            if images == 0:
                start = time.perf_counter()
            elif images > 0 and time.perf_counter() - start >= options.seconds:
                seconds = time.perf_counter() - start
                return images, seconds, [p.shape for p in network.parameters()]


def _float_arrays(x, config):
    """Clean and noisy images, float32 in [0, 1]; one array where there is no noise."""
    x = x.astype("float32") / 255
    if config.noise.kind == "none":
        return x, x
    normal = np.random.default_rng(0).standard_normal(x.shape, dtype=np.float32)
    return x, np.clip(x + SIGMA / 255 * normal, 0, 1)


def _torch_network(name: str, code: int = CODE):
    """The layers of ae_core.networks.situations and .conv, as PyTorch users write them."""
    from torch import nn
    from torch.nn import Flatten, PixelShuffle, ReLU, Sequential, Sigmoid, Unflatten

    def conv(inputs, outputs, kernel, stride=1, activation=ReLU):
        layer = nn.Conv2d(inputs, outputs, kernel, stride, padding=(kernel - 1) // 2)
        return Sequential(layer, activation()) if activation else layer

    def dense(*sizes, last=ReLU):
        parts = []
        for i in range(len(sizes) - 1):
            parts += [nn.Linear(*sizes[i : i + 2]), (last if i == len(sizes) - 2 else ReLU)()]
        return parts

    if name == "situation-1":
        return Sequential(
            conv(1, 32, 4, 2),
            conv(32, 1, 3),
            conv(1, 64, 3),
            conv(64, 4, 3, activation=Sigmoid),
            PixelShuffle(2),
        )
    if name == "situation-2":
        return Sequential(
            conv(1, 32, 4, 2),
            conv(32, 64, 4, 2),
            conv(64, 1, 3),
            conv(1, 128, 3),
            conv(128, 128, 3),
            PixelShuffle(2),
            conv(32, 4, 3, activation=Sigmoid),
            PixelShuffle(2),
        )
    if name != "conv":
        few = 4 if name == "situation-3" else 1
        return Sequential(
            Flatten(),
            *dense(784, 400, 200, few),
            *dense(few, 256, 512, 784, last=Sigmoid),
            Unflatten(1, (1, 28, 28)),
        )

    class Residual(nn.Module):
        def __init__(self, *inner):
            super().__init__()
            self.inner = Sequential(*inner)

        def forward(self, x):
            return x + self.inner(x)

    def block(n):
        return Residual(conv(n, n, 3), conv(n, n, 3, activation=None))

    class Autoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = Sequential(Flatten(), nn.Linear(3072, code))
            self.encoder = Sequential(
                conv(3, 48, 5, 2),
                conv(48, WIDTH, 3, 2),
                block(WIDTH),
                conv(WIDTH, 8, 1, activation=None),
                Flatten(),
                nn.Linear(512, code),
            )
            self.decoder = Sequential(nn.Linear(code, 3072), Unflatten(1, (3, 32, 32)))
            self.correction = Sequential(
                nn.PixelUnshuffle(2),
                conv(12, WIDTH, 3),
                block(WIDTH),
                Residual(
                    conv(WIDTH, DEEP_WIDTH, 2, 2),
                    block(DEEP_WIDTH),
                    conv(DEEP_WIDTH, 4 * WIDTH, 1, activation=None),
                    PixelShuffle(2),
                ),
                block(WIDTH),
                conv(WIDTH, 12, 3, activation=None),
                PixelShuffle(2),
            )

        def forward(self, x):
            x_hat = self.decoder(self.linear(x) + self.encoder(x))
            return x_hat + self.correction(x_hat)

    return Autoencoder()


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=8, help="each measurement (default 8)")
    parser.add_argument("--repeats", type=int, default=3, help="of all of it (default 3)")
    parser.add_argument("--images", type=int, default=4096, help="training images (default 4096)")
    parser.add_argument("--networks", nargs="*", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--threads", type=int, default=devices.cores(), help="default: all cores")
    parser.add_argument("--device", default="cpu", help="cpu (default), gpu, gpu:0, auto")
    parser.add_argument("--minutes", type=float, help="of a rival's training to a stated PSNR")
    tasks = list(time_to_quality.TASKS)
    parser.add_argument("--tasks", nargs="+", choices=tasks, default=tasks, help="of these")
    for name, of in (("task", str), ("rate", float), ("seed", int)):
        parser.add_argument(f"--{name}", type=of, default=of(), help=argparse.SUPPRESS)
    parser.add_argument("--child", choices=CONTESTANTS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.seconds <= 0 or options.repeats < 1 or options.images < 4 * BATCH:
        parser.error(f"--seconds > 0, --repeats at least 1, --images at least {4 * BATCH}")
    return options


if __name__ == "__main__":
    main()
