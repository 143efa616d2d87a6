"""Fit one network: rounds of epochs, a checkpoint after each, the history, samples, the best model.

A round is the epochs between two looks at the validation images: one, or several of few images. What
the training begins with is looked at too, as epoch 0, so that no training ends below its start.

The network trained is wrapped so that images come as uint8, from the device itself where that is a
GPU: augmenting a batch and drawing its noise happen inside the compiled step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from ae_core import networks
from ae_core.errors import Message, UserError
from ae_core.files import replacing
from ae_core.files.reading import UNREADABLE
from ae_core.images import metrics
from ae_core.machine import devices
from ae_core.networks import course, inner
from ae_core.runs import HISTORY_COLUMNS, Run
from ae_core.training import images as training_images
from ae_core.training import preparing, starts

SAMPLES = 16
FIT_IMAGES = 1024  # training images for what a kind of network counts from them
WATCHED = 256  # validation images on which a code value must move, or it is called dead


@dataclass(frozen=True)
class Progress:
    """Where a training stands; ``val_psnr`` is the last that was looked at, in dB.

    ``step`` of ``steps`` is within the epoch. ``flat``: the share of the validation images that are
    nearly constant.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float | None
    val_psnr: float | None
    flat: float
    images_per_second: float | None
    eta_seconds: float | None


def fit(
    run: Run,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[dict], None] | None = None,
    on_prepare: Callable[[Message], None] | None = None,
) -> str:
    """Train the run's network to its last epoch, going on from its checkpoint if there is one.

    Args:
        run: an existing run folder; everything is written into it.
        should_stop: asked a few times a second; when true, the best network so far is kept.
        on_progress: gets the fields of :class:`Progress` a few times a second.
        on_prepare: told, before the first step, what is done: one of
            :data:`ae_core.training.preparing.ALL`.

    Returns:
        "finished" or "cancelled".

    Raises:
        UserError: the data and the network do not fit together, or the loss is not a number.
    """
    on_progress, on_prepare = (heard or (lambda news: None) for heard in (on_progress, on_prepare))
    return _Fit(run, should_stop, on_progress, on_prepare).run_all()


class _Fit:
    def __init__(self, run: Run, should_stop, on_progress, on_prepare):
        import keras

        from ae_core.networks import trainer

        self.run, self.should_stop, self.on_progress = run, should_stop, on_progress
        self.on_prepare = on_prepare
        on_prepare(preparing.BUILDING)
        config = run.config
        self.kind = networks.kind(config.network)
        keras.utils.set_random_seed(config.seed)
        keras.config.set_dtype_policy(
            "mixed_bfloat16" if config.precision == "bfloat16" else "float32"
        )
        x_train, self.sizes, x_val = training_images.load(config)
        varied = starts.augmentation(config, x_train, self.sizes, x_val)
        config, self.flat = replace(config, augment=varied), metrics.flat_share(x_val)
        run.update_info(config=config.to_dict(), flat=self.flat)
        self.config, self.x_train = config, x_train
        self.x_fit = x_train[training_images.epoch_order(self.sizes, config.seed, 0)[:FIT_IMAGES]]
        self.batch = _batch(config.batch, len(x_train))
        self.steps = len(x_train) // self.batch
        with devices.strategy_scope():
            self.network = networks.build(config, x_train.shape[1:])
            self.trainer = trainer.Trainer(self.network, x_train, config)
        self.x_val, self.objective = x_val, self.trainer.objective
        self.levels, self.code_sizes = training_images.spread(
            len(x_val), config, self.objective.level_range()
        )
        self.x_val_noisy = training_images.corrupt_each(x_val, config.noise, self.levels)
        self.history: list[dict] = []
        self.checkpoint = run.folder / "checkpoint.npz"
        self._compile()

    def run_all(self) -> str:
        done = self._restore()
        self._write_sample_inputs()
        if not done:
            self._begin()
        self.on_prepare(preparing.COMPILING)
        self.started, self.step_zero = time.monotonic(), done * self.steps
        self.last_told = 0.0
        while done < self.config.epochs and not course.helps_no_more(self.history, self.config):
            last = min(done + self.config.validate_every, self.config.epochs)
            if not self._round(done + 1, last):
                self._keep_interrupted()
                return "cancelled"
            done = last
        self._finish()
        self._write_examples()
        return "finished"

    def _compile(self) -> None:
        """Compile for the epochs since the training last fell back, or for all."""
        since, rate = course.going_on(self.history, self.config)
        with devices.strategy_scope():
            left = self.steps * (self.config.epochs - since)
            self.trainer.compile_for(left, self.batch, rate)

    def _begin(self) -> None:
        """Set the network to what the training begins with, show it, and note how good that is."""
        self.on_prepare(preparing.BEGINNING)
        if self.config.start:
            starts.from_run(self.network, self.config)
        else:
            starts.from_images(self.network, self.config, self.x_train, self.sizes, self._badness)
        self.on_prepare(preparing.LOOKING)
        self._write_sample(0)  # first: somebody waits for a picture
        self._note(0, {"loss": math.nan, "learning_rate": self.trainer.current_rate()})

    def _round(self, first: int, last: int) -> bool:
        """Train from one epoch to another; False if it was stopped in the middle."""
        begun = time.monotonic()
        epochs = range(first, last + 1)
        orders = (training_images.epoch_order(self.sizes, self.config.seed, e) for e in epochs)
        order = np.concatenate([order[: self.steps * self.batch] for order in orders])
        stopped = False

        def after_batch(step: int, loss: float) -> bool:
            nonlocal stopped
            self._tell(first, step + 1, len(order) // self.batch, loss, begun)
            stopped = self.should_stop()
            return stopped

        rate = self.trainer.current_rate()
        loss = self.trainer.one_epoch(order, self.batch, after_batch)
        self._must_be_number(loss, last)
        if stopped:
            return False
        seconds = time.monotonic() - begun
        speed = {"seconds": seconds, "images_per_second": len(order) / seconds}
        self._note(last, {"loss": loss, "learning_rate": rate, **speed})
        self._write_sample(last)
        if course.lost(self.history, self.config):
            self._fall_back()
        self._write_history()
        self._save_checkpoint(last)
        return True

    def _note(self, epoch: int, figures: dict) -> None:
        """Look at the validation images after an epoch, and keep the network if it is the best."""
        row = {"epoch": epoch, **figures, **self._validate(), "dead": self._dead(), "fell_back": 0}
        self._must_be_number(row["val_loss"], epoch)  # the last step may have broken it
        self.history.append(row)
        if course.best(self.history, self.config) == len(self.history) - 1:
            self._save_model()

    def _fall_back(self) -> None:
        """Go on from the best network, for the epochs left, as if the training began with it."""
        self.history[-1]["fell_back"] = 1
        best = networks.load(self.run.model_path).model
        self.network.set_weights(best.get_weights())
        self._compile()

    def _must_be_number(self, loss: float, epoch: int) -> None:
        if not np.isfinite(loss):
            raise UserError(
                "The loss became {loss} in epoch {epoch}; try a lower learning rate than "
                "{learning_rate}.",
                loss=loss,
                epoch=epoch,
                learning_rate=self.config.learning_rate,
            )

    def _validate(self) -> dict:
        x_hat, *others = self._predict(self.x_val_noisy)
        x = self.x_val / np.float32(255)
        loss = self.objective.validation_losses(x, x_hat, others, self.levels)
        eight_bit = np.rint(np.clip(x_hat, 0, 1) * 255) - self.x_val
        mse = np.maximum((eight_bit**2).reshape(len(x_hat), -1).mean(axis=1), 1e-3)
        psnr = 10 * np.log10(255.0**2 / mse)
        return {"val_loss": float(loss.mean()), "val_psnr": float(psnr.mean())}

    def _badness(self) -> float:
        """Return how bad the network is as a beginning, below which a training may not fall."""
        look = self._validate()
        return self.kind.badness(**look)

    def _dead(self) -> float:
        """Return the share of the code's values that are dead on validation images; nan: no code."""
        some = slice(None, None, -(-len(self.x_val) // WATCHED))
        y = self.objective.codes(self.x_val_noisy[some], self.levels[some])
        if y is None:
            return float("nan")
        return float(inner.dead(y, self.kind.has_prior(self.config)).mean())

    def _predict(self, x_noisy: np.ndarray) -> list[np.ndarray]:
        """Return the last validation images reconstructed, and what else the network gives."""
        last = slice(len(self.x_val) - len(x_noisy), None)
        return self.objective.predict(x_noisy, self.levels[last], self.code_sizes[last])

    def _tell(self, first: int, step: int, last: int, loss: float, begun: float) -> None:
        """Tell of a step of the ``last`` steps of a round that begins with the epoch ``first``."""
        now = time.monotonic()
        if now - self.last_told < 0.25 and step < last:
            return
        self.last_told = now
        passed, within = divmod(step - 1, self.steps)
        done = (first - 1) * self.steps + step - self.step_zero
        left = self.steps * self.config.epochs - self.step_zero - done
        speed = step * self.batch / max(now - begun, 1e-9)
        known = self.history[-1]["val_psnr"] if self.history else None
        self.on_progress(
            asdict(
                Progress(
                    first + passed,
                    self.config.epochs,
                    within + 1,
                    self.steps,
                    loss,
                    known,
                    self.flat,
                    speed,
                    left * (now - self.started) / done,
                )
            )
        )

    # What lies in the run folder

    def _restore(self) -> int:
        """Load the checkpoint; return the number of whole epochs it holds."""
        if not self.checkpoint.is_file():
            return 0
        try:
            with np.load(self.checkpoint, allow_pickle=False) as stored:
                epoch = int(stored["epoch"])
                state = [stored[f"v{i}"] for i in range(len(stored.files) - 1)]
            rows = self.run.history().to_dict("records")
            self.history = [row for row in rows if row["epoch"] <= epoch]
            if course.going_on(self.history, self.config)[0]:
                self._compile()
            self.trainer.set_state(state)
        except UNREADABLE as error:
            raise UserError(
                "The checkpoint {checkpoint} is damaged ({kind}); delete it to train from the "
                "beginning.",
                checkpoint=self.checkpoint,
                kind=type(error).__name__,
            ) from error
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
        with replacing(self.run.model_path) as path:
            self.kind.stored(network, self.x_fit).save(path)

    def _finish(self) -> None:
        if self.kind.finish is None:
            return
        model = networks.load(self.run.model_path).model
        self.kind.finish(model, self.x_fit, self.x_val)
        with replacing(self.run.model_path) as path:
            model.save(path)

    def _keep_interrupted(self) -> None:
        """Leave a usable network with examples of its own: before the first look, as it stands.

        What a training begins with may be nothing but chance.
        """
        first = self.history[-1]
        if first["epoch"] == 0 and self._validate()["val_loss"] < first["val_loss"]:
            self._save_model()
        self._write_examples()

    def _write_history(self) -> None:
        missing = float("nan")  # in the rows of a run that was begun before something was written
        lines = [",".join(HISTORY_COLUMNS)]
        for row in self.history:
            lines.append(",".join(f"{row.get(name, missing):.8g}" for name in HISTORY_COLUMNS))
        text = "\n".join(lines) + "\n"
        with replacing(self.run.folder / "history.csv") as path:
            path.write_text(text)

    def _write_sample_inputs(self) -> None:
        folder = self.run.folder / "samples"
        folder.mkdir(exist_ok=True)
        for name, x in (("x", self.x_val), ("x_noisy", self.x_val_noisy)):
            self._write_array(folder / f"{name}.npy", x[-SAMPLES:])

    def _write_sample(self, epoch: int) -> None:
        x_hat, *_ = self._predict(self.x_val_noisy[-SAMPLES:])
        x_hat = np.rint(np.clip(x_hat, 0, 1) * 255).astype(np.uint8)
        folder = self.run.folder / "samples"
        self._write_array(folder / f"epoch-{epoch:04d}.npy", x_hat)
        if (filters := inner.filters(self.network)) is not None:
            self._write_array(folder / f"filters-{epoch:04d}.npy", filters)

    def _write_array(self, path: Path, array: np.ndarray) -> None:
        with replacing(path) as beside:
            np.save(beside, array, allow_pickle=False)

    def _write_examples(self) -> None:
        from ae_core.training import examples

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
            "A batch size of {batch} cannot be shared evenly by {count} devices: choose a multiple "
            "of {count}.",
            batch=batch,
            count=count,
        )
    return batch
