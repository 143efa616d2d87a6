"""Fit one network: epochs of batches, a checkpoint after each, the history, samples, the best model.

The network trained is wrapped so that only image numbers are fed: the images lie on the device as
uint8, and taking a batch, augmenting it and drawing its noise happen inside the compiled step.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ae_core import data, devices, networks, noise, runs
from ae_core.config import Noise, TrainConfig
from ae_core.errors import UserError
from ae_core.files import replacing
from ae_core.runs import Run

SAMPLES = 16
VALIDATION_LIMIT = 2048
VALIDATION_SEED = 1
FIT_IMAGES, QUICK_FIT = 1024, 128  # for a rate network's frequency tables: at the end, on the way
SETTLE_IMAGES = 1024  # of the validation images, for an elastic network's bands
COLUMNS = ("epoch", "loss", "val_loss", "val_psnr", "learning_rate", "seconds", "images_per_second")


@dataclass(frozen=True)
class Progress:
    """Where a training stands; ``val_psnr`` is that of the last whole epoch, in dB."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float | None
    val_psnr: float | None
    images_per_second: float | None
    eta_seconds: float | None


def fit(
    run: Run,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[dict], None] | None = None,
) -> str:
    """Train the run's network to its last epoch, going on from its checkpoint if there is one.

    Args:
        run: an existing run folder; everything is written into it.
        should_stop: asked after every batch; when true, the network as it stands is kept.
        on_progress: gets the fields of :class:`Progress` a few times a second.

    Returns:
        "finished" or "cancelled".

    Raises:
        UserError: the data and the network do not fit together, or the loss is not a number.
    """
    return _Fit(run, should_stop, on_progress or (lambda progress: None)).run_all()


def epoch_order(sizes: list[int], seed: int, epoch: int) -> np.ndarray:
    """Return the image numbers of one epoch: as many as there are images, int32.

    Joined data sets have equal shares of an epoch, so a small set of real images is not drowned
    by a large drawn one: its images come several times, the large one's only in part.
    """
    random = np.random.default_rng([seed, epoch])
    share = -(-sum(sizes) // len(sizes))
    first, parts = 0, []
    for size in sizes:
        rounds = [random.permutation(size) for _ in range(-(-share // size))]
        parts.append(first + np.concatenate(rounds)[:share])
        first += size
    order = np.concatenate(parts)
    random.shuffle(order)
    return order[: sum(sizes)].astype(np.int32)


class _Fit:
    def __init__(self, run: Run, should_stop, on_progress):
        import keras

        from ae_core.networks import trainer

        self.run, self.should_stop, self.on_progress = run, should_stop, on_progress
        self.config = config = run.config
        keras.utils.set_random_seed(config.seed)
        keras.config.set_dtype_policy(
            "mixed_bfloat16" if config.precision == "bfloat16" else "float32"
        )
        x_train, self.sizes, x_val = images(config)
        self.x_fit = x_train[epoch_order(self.sizes, config.seed, 0)[:FIT_IMAGES]]
        self.batch = _batch(config.batch, len(x_train))
        self.steps = len(x_train) // self.batch
        with devices.together():
            self.network = networks.build(config, x_train.shape[1:])
            if config.start:
                _start_from(self.network, config)
            elif config.network in ("conv", "elastic", "rate"):
                _start_linear(self.network, x_train, self.sizes, config)
            self.trainer = trainer.Trainer(self.network, x_train, config)
            self.trainer.compile_for(self.steps * config.epochs, self.batch)
        self.x_val = x_val
        self.levels, self.code_sizes = _spread(len(x_val), config)
        self.x_val_noisy = _corrupt_each(x_val, config.noise, self.levels)
        self.history: list[dict] = []
        self.checkpoint = run.folder / "checkpoint.npz"

    def run_all(self) -> str:
        done = self._restore()
        self._write_sample_inputs()
        self.started, self.step_zero = time.monotonic(), done * self.steps
        self.last_told = 0.0
        for epoch in range(done + 1, self.config.epochs + 1):
            if not self._epoch(epoch):
                self._keep_interrupted()
                return "cancelled"
        about = networks.info(self.config.network)
        if about.rate:
            self._refit_tables()
        elif about.elastic:
            self._settle_bands()
        self._write_examples()
        return "finished"

    def _epoch(self, epoch: int) -> bool:
        """Train one epoch; False if it was stopped in the middle."""
        begun = time.monotonic()
        order = epoch_order(self.sizes, self.config.seed, epoch)[: self.steps * self.batch]
        stopped = False

        def after_batch(step: int, loss: float) -> bool:
            nonlocal stopped
            self._tell(epoch, step + 1, loss, begun)
            stopped = self.should_stop()
            return stopped

        rate = self.trainer.current_rate()
        loss = self.trainer.one_epoch(order, self.batch, after_batch)
        self._must_be_number(loss, epoch)
        if stopped:
            return False
        seconds = time.monotonic() - begun
        figures = self._validate()
        self._must_be_number(figures["val_loss"], epoch)  # the last step may have broken it
        row = {"epoch": epoch, "loss": loss, **figures, "learning_rate": rate,
               "seconds": seconds, "images_per_second": len(order) / seconds}
        best = all(row["val_loss"] < old["val_loss"] for old in self.history)
        self.history.append(row)
        self._write_sample(epoch)
        if best:
            self._save_model()
        self._write_history()
        self._save_checkpoint(epoch)
        return True

    def _must_be_number(self, loss: float, epoch: int) -> None:
        if not np.isfinite(loss):
            raise UserError(
                f"The loss became {loss} in epoch {epoch}; try a lower learning rate "
                f"than {self.config.learning_rate}."
            )

    def _validate(self) -> dict:
        x_hat, bits = self._predict(self.x_val_noisy)
        error = (x_hat - self.x_val / np.float32(255)).reshape(len(x_hat), -1)
        loss = (error**2).mean(axis=1)
        eight_bit = np.rint(np.clip(x_hat, 0, 1) * 255) - self.x_val
        mse = np.maximum((eight_bit**2).reshape(len(x_hat), -1).mean(axis=1), 1e-3)
        if bits is not None:
            loss = self._cost(error, bits)
        elif self.config.loss == "psnr":
            loss = np.log(loss + 1e-6)
        psnr = 10 * np.log10(255.0**2 / mse)
        return {"val_loss": float(loss.mean()), "val_psnr": float(psnr.mean())}

    def _cost(self, error: np.ndarray, bits: np.ndarray) -> np.ndarray:
        from ae_core.networks import rate

        return rate.cost((error**2).sum(axis=1), bits, self.levels, self.x_val.shape[-1])

    def _predict(self, x_noisy: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the last validation images as the network rebuilds them, and the bits it needs."""
        inputs = x_noisy.astype(np.float32) / 255
        about, last = networks.info(self.config.network), slice(len(self.x_val) - len(inputs), None)
        if about.takes_level:
            inputs = [inputs, self.levels[last, None, None, None]]
        if about.elastic:
            inputs.append(self.code_sizes[last, None, None, None])
        if about.rate:
            inputs = [inputs, self.levels[last, None, None, None]]
            x_hat, bits = self.network.predict(inputs, batch_size=256, verbose=0)
            return np.asarray(x_hat, np.float32), bits[:, 0]
        x_hat = self.network.predict(inputs, batch_size=256, verbose=0)
        return np.asarray(x_hat, np.float32), None

    def _tell(self, epoch: int, step: int, loss: float, begun: float) -> None:
        now = time.monotonic()
        if now - self.last_told < 0.25 and step < self.steps:
            return
        self.last_told = now
        done = (epoch - 1) * self.steps + step - self.step_zero
        left = self.steps * self.config.epochs - self.step_zero - done
        speed = step * self.batch / max(now - begun, 1e-9)
        known = self.history[-1]["val_psnr"] if self.history else None
        self.on_progress(asdict(Progress(
            epoch, self.config.epochs, step, self.steps, loss, known, speed,
            left * (now - self.started) / done,
        )))

    # What lies in the run folder

    def _restore(self) -> int:
        """Load the checkpoint; return the number of whole epochs it holds."""
        if not self.checkpoint.is_file():
            return 0
        try:
            with np.load(self.checkpoint, allow_pickle=False) as stored:
                epoch = int(stored["epoch"])
                self.trainer.set_state([stored[f"v{i}"] for i in range(len(stored.files) - 1)])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise UserError(
                f"The checkpoint {self.checkpoint} is damaged ({type(error).__name__}); "
                "delete it to train from the beginning."
            ) from error
        rows = self.run.history().to_dict("records")
        self.history = [row for row in rows if row["epoch"] <= epoch]
        return epoch

    def _save_checkpoint(self, epoch: int) -> None:
        arrays = {f"v{i}": value for i, value in enumerate(self.trainer.state())}
        with replacing(self.checkpoint) as path:
            np.savez(path, epoch=epoch, **arrays)

    def _save_model(self) -> None:
        import keras

        network = self.network
        if self.config.precision != "float32":  # others' processors may lack the narrow type
            keras.config.set_dtype_policy("float32")
            network = networks.build(self.config, self.x_val.shape[1:])
            network.set_weights(self.network.get_weights())
        if networks.info(self.config.network).rate:
            from ae_core.codec import fitting

            network = fitting.with_tables(network, self.x_fit[:QUICK_FIT])
        with replacing(self.run.model_path) as path:
            network.save(path)

    def _refit_tables(self) -> None:
        from ae_core.codec import fitting

        model = networks.load(self.run.model_path).model
        fitting.refit(model, self.x_fit, rounds=2)
        with replacing(self.run.model_path) as path:
            model.save(path)

    def _settle_bands(self) -> None:
        from ae_core.networks import elastic

        model = networks.load(self.run.model_path).model
        elastic.settle(model, self.x_val[:: -(-len(self.x_val) // SETTLE_IMAGES)])
        with replacing(self.run.model_path) as path:
            model.save(path)

    def _keep_interrupted(self) -> None:
        """Leave a usable network, also when not one epoch was whole, with examples of its own."""
        if not self.run.model_path.is_file():
            self._save_model()
        self._write_examples()

    def _write_history(self) -> None:
        lines = [",".join(COLUMNS)]
        lines += [",".join(f"{row[c]:.8g}" for c in COLUMNS) for row in self.history]
        text = "\n".join(lines) + "\n"
        with replacing(self.run.folder / "history.csv") as path:
            path.write_text(text)

    def _write_sample_inputs(self) -> None:
        folder = self.run.folder / "samples"
        folder.mkdir(exist_ok=True)
        for name, x in (("x", self.x_val), ("x_noisy", self.x_val_noisy)):
            self._write_array(folder / f"{name}.npy", x[-SAMPLES:])

    def _write_sample(self, epoch: int) -> None:
        x_hat, _ = self._predict(self.x_val_noisy[-SAMPLES:])
        x_hat = np.rint(np.clip(x_hat, 0, 1) * 255).astype(np.uint8)
        self._write_array(self.run.folder / "samples" / f"epoch-{epoch:04d}.npy", x_hat)

    def _write_array(self, path: Path, array: np.ndarray) -> None:
        with replacing(path) as beside:
            np.save(beside, array, allow_pickle=False)

    def _write_examples(self) -> None:
        from ae_core import examples

        examples.write(self.run)


def _batch(asked: int, images: int) -> int:
    """Return the images a step: as asked, or as many as there are; the same share on each device.

    Raises:
        UserError: they cannot be shared evenly.
    """
    count = devices.replicas()
    batch = min(asked, images - images % count)
    if batch % count or not batch:
        raise UserError(
            f"A batch of {batch} images cannot be shared evenly by {count} devices: choose a "
            f"multiple of {count}."
        )
    return batch


def _start_linear(network, x_train: np.ndarray, sizes: list[int], config: TrainConfig) -> None:
    """Give a network with a linear path its start at PCA; joined sets count alike."""
    from ae_core.baselines import pca
    from ae_core.networks import conv, elastic, rate

    if config.network == "rate":
        rate.start_at_transform(network, x_train, equal_shares(sizes))
        return
    if config.network == "elastic":
        start = pca.fit(x_train, config.code, weights=equal_shares(sizes))
        elastic.start_at_pca(network, start.mean, start.components, start.variances)
        return
    factor = conv.pooling(x_train.shape[1:])
    if factor > 1:
        n, h, w, c = x_train.shape
        blocks = x_train.reshape(n, h // factor, factor, w // factor, factor, c)
        x_train = np.rint(blocks.mean(axis=(2, 4))).astype(np.uint8)
    start = pca.fit(x_train, config.code, weights=equal_shares(sizes))
    conv.start_at_pca(network, start.mean, start.components)


def _start_from(network, config: TrainConfig) -> None:
    """Give a network the weights of a finished run's.

    Raises:
        UserError: there is no such run, or its network is of another kind, size or shape.
    """
    before = runs.get(config.start)
    if networks.info(config.network).rate:
        old = _checkpointed(before, len(network.variables))  # what is kept has no prior to train
    else:
        old = networks.load(before.model_path).model.get_weights()
    if [w.shape for w in old] != [tuple(v.shape) for v in network.variables]:
        raise UserError(
            f"The network of {config.start} has other weights than the one that is asked for; start "
            "from a run of the same network, code size and image shape."
        )
    for variable, value in zip(network.variables, old, strict=True):
        variable.assign(value)


def _checkpointed(run: Run, count: int) -> list[np.ndarray]:
    """Return the first ``count`` arrays of a run's checkpoint: those of its network."""
    try:
        with np.load(run.folder / "checkpoint.npz", allow_pickle=False) as stored:
            return [stored[f"v{i}"] for i in range(count)]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UserError(
            f"The run {run.id} has no checkpoint to start from; a rate network needs one."
        ) from error


def equal_shares(sizes: list[int]) -> np.ndarray:
    """Return a weight for each image, such that each joined set weighs alike."""
    return np.concatenate([np.full(size, 1 / size) for size in sizes])


def _spread(count: int, config: TrainConfig) -> tuple[np.ndarray, np.ndarray]:
    """Return a noise level and a code size for each validation image, both float32 (count,).

    They are spread as training draws them, evenly and always alike: by the additive recurrence of
    Roberts (2018), "The unreasonable effectiveness of quasirandom sequences", in three dimensions.
    """
    steps = 1.2207440846057596 ** -np.arange(1.0, 4.0)
    u, v, w = (np.arange(1, count + 1)[:, None] * steps % 1).T
    if networks.info(config.network).rate:
        low, high = 0, 255  # of the rate, not of noise
    else:
        low, high = config.noise.low, config.noise.level
    levels = np.where(w < config.noise.clean, 0, high if low is None else low + (high - low) * u)
    sizes = np.floor(np.exp(v * np.log(config.code + 1)))
    return levels.astype(np.float32), sizes.astype(np.float32)


def _corrupt_each(x: np.ndarray, kind: Noise, levels: np.ndarray) -> np.ndarray:
    """Return validation images with the noise level of each, fixed by the image's number."""
    if kind.kind == "none" or len(set(levels)) <= 1:
        return noise.corrupt(x, kind, seed=VALIDATION_SEED)
    return np.concatenate([
        noise.corrupt(x[i : i + 1], Noise(kind.kind, float(level)), VALIDATION_SEED, start=i)
        for i, level in enumerate(levels)
    ])


def images(config: TrainConfig) -> tuple[np.ndarray, list[int], np.ndarray]:
    """Return the training images, how many of each joined set, and the validation images.

    All uint8 (N, H, W, C).

    Raises:
        UserError: there is nothing to train or to validate on.
        DataMissing: a set is not on this machine.
    """
    members = [data.load(name) for name in data.members(config.data)]
    trains = [member.train.x for member in members]
    if config.limit is not None:
        keep = max(1, config.limit // len(trains))
        trains = [x[:keep] for x in trains]
    share = VALIDATION_LIMIT // len(members)
    x_val = np.concatenate([member.validation.x[:share] for member in members])
    if min(map(len, trains)) == 0 or len(x_val) == 0:
        raise UserError(f"The data set {config.data} has no images to train or validate on.")
    return np.concatenate(trains), [len(x) for x in trains], x_val
