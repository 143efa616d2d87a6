"""Training on few drawn letters: the history, its repetition, interruptions and bad endings."""

import csv
import errno
import json
import math
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from ae_core import data, networks, runs
from ae_core.baselines import pca
from ae_core.config import TrainConfig
from ae_core.data.own import convert
from ae_core.errors import UserError
from ae_core.images import metrics, noise
from ae_core.images.noise import Noise
from ae_core.networks import course
from ae_core.training import fit, images, preparing, worker
from ae_core.training.images import epoch_order

MEASURED = ("seconds", "images_per_second")  # the clock's columns: never twice the same
SMALL = {
    "network": "designed",
    "design": "dense16:relu > vector4 > mirror",
    "code": 4,
    "limit": 90,
    "batch": 32,
    "epochs": 3,
    "noise": Noise("gaussian", 25.0),
}


@pytest.fixture(scope="module", autouse=True)
def folders(few_letters):
    return few_letters


@pytest.fixture(scope="module")
def small():
    """An uninterrupted training of three epochs; do not write into it."""
    run, told = new(), []
    assert fit.fit(run, on_progress=told.append) == "finished"
    return run, told


@pytest.fixture(scope="module")
def prepared():
    """A training stopped at its first step: what it told before, and the samples there were then."""
    run, told = new(), []

    def hear(what):
        told.append((what, run.samples().begun, run.samples().epochs, run.model_path.exists()))

    assert fit.fit(run, lambda: True, on_prepare=hear) == "cancelled"
    return told


def new(**changes):
    return runs.create(TrainConfig(**(SMALL | changes)))


def copy(run):
    folder = runs.runs_dir() / f"{run.id}-{len(list(runs.runs_dir().iterdir()))}"
    shutil.copytree(run.folder, folder)
    return runs.get(folder.name)


def history(run, without=MEASURED):
    """The rows of history.csv as they are written, without the clock's columns."""
    with open(run.folder / "history.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{k: v for k, v in row.items() if k not in without} for row in rows]


def column(run, name):
    return [float(row[name]) for row in history(run, without=())]


def stop_at(epoch, step=2):
    """Return (should_stop, on_progress): true from that step on."""
    seen = []

    def on_progress(progress):
        seen.append((progress["epoch"], progress["step"]))

    return lambda: bool(seen) and seen[-1] >= (epoch, step), on_progress


@pytest.fixture
def every_step(monkeypatch):
    """Progress is told at every step, not a few times a second."""

    class Clock:
        now = 0.0

        def monotonic(self):
            Clock.now += 1.0
            return Clock.now

    monkeypatch.setattr(fit, "time", Clock())


# What a training leaves


def test_history_has_a_row_per_epoch_and_one_of_the_start(small):
    run, _ = small
    rows = history(run, without=())
    assert tuple(rows[0]) == runs.HISTORY_COLUMNS
    assert column(run, "epoch") == [0, 1, 2, 3] and run.epochs_done() == 3
    assert all(math.isfinite(float(value)) for row in rows[1:] for value in row.values())
    assert column(run, "loss")[-1] < column(run, "loss")[1]
    # the rate at the start of the epoch: warmed up, then down
    start, *rates = column(run, "learning_rate")
    assert start == rates[0] == pytest.approx(run.config.learning_rate / 100)
    assert run.config.learning_rate >= rates[1] > rates[2] > 0
    assert list(run.history().columns) == list(runs.HISTORY_COLUMNS)


def test_samples_are_the_same_images_after_every_epoch(small):
    samples = small[0].samples()
    assert samples.epochs == [0, 1, 2, 3]
    assert samples.x.shape == samples.x_noisy.shape == (16, 28, 28, 1)
    assert samples.at(1).shape == (16, 28, 28, 1) and samples.at(1).dtype == np.uint8
    assert not np.array_equal(samples.at(1), samples.at(3))
    validation = data.load("letters").validation.x
    assert all((validation == image).all((1, 2, 3)).any() for image in samples.x)
    assert np.abs(samples.x.astype(int) - samples.x_noisy).mean() > 3


def test_each_step_of_preparing_is_told_and_its_picture_is_there_before_it_is_measured(prepared):
    ours = list(preparing.ALL[2:])  # the worker tells the first two
    assert [what for what, *_ in prepared] == ours
    assert [preparing.told(what)["stage"] for what in ours] == [3, 4, 5, 6]
    assert [begun for _, begun, *_ in prepared] == [False, True, True, True]
    assert prepared[2][2:] == ([], False) and prepared[3][2:] == ([0], True)


def test_the_first_picture_comes_before_the_first_figure(monkeypatch):
    def fail(_):
        raise UserError("Nothing was measured yet.")

    monkeypatch.setattr(fit._Fit, "_validate", fail)
    run = new()
    with pytest.raises(UserError, match="yet"):
        fit.fit(run)
    assert run.samples().epochs == [0] and not run.model_path.exists()


def test_the_model_is_the_best_epochs_and_gives_its_figures(small):
    run, _ = small
    network = networks.load(run.model_path)
    x = data.load("letters").validation.x
    x_noisy = noise.corrupt(x, run.config.noise, seed=images.VALIDATION_SEED)
    x_hat = network.reconstruct(x_noisy)
    losses, figures = column(run, "val_loss"), column(run, "val_psnr")
    best = losses.index(min(losses))
    assert metrics.psnr(x, x_hat).mean() == pytest.approx(figures[best], abs=0.01)
    assert metrics.mse(x, x_hat).mean() == pytest.approx(losses[best], rel=0.01)


def test_filters_and_dead_values_are_those_of_the_network(small):
    run, _ = small
    losses, network = column(run, "val_loss"), networks.load(run.model_path)
    best = losses.index(min(losses))  # the first is the start
    weights = network.encoder.layers[2].get_weights()[0]  # after the image and its flattening
    first = weights[:, 0].reshape(28, 28, 1)
    found = run.samples().filters(best)
    assert found.shape == (16, 28, 28, 1)
    assert np.array_equal(found[0], np.rint(127.5 * (1 + first / np.abs(first).max())))
    assert not np.array_equal(found, run.samples().filters(4 - best))
    x = noise.corrupt(data.load("letters").validation.x, run.config.noise, images.VALIDATION_SEED)
    y = network.encode(x).reshape(len(x), -1)
    assert column(run, "dead")[best] == (y.max(axis=0) == y.min(axis=0)).mean()


def test_dead_values_are_counted_on_images_from_all_of_the_validation():
    whole = object.__new__(fit._Fit)
    n = 3 * fit.WATCHED
    whole.x_val = whole.x_val_noisy = np.zeros((n, 1, 1, 1), np.uint8)
    whole.levels, seen = np.arange(n), []

    class Objective:
        def codes(self, x_noisy, levels):
            seen.extend(levels)
            return np.stack([levels, levels * 0, levels * 0 + 3, -levels], axis=1)

    whole.objective, whole.config = Objective(), None
    whole.kind = SimpleNamespace(has_prior=lambda config: False)
    assert whole._dead() == 0.5
    assert len(seen) == fit.WATCHED and seen[0] == 0 and seen[-1] == n - 3
    Objective.codes = lambda self, x_noisy, levels: None
    assert math.isnan(whole._dead())


def test_the_validations_psnr_is_that_of_8_bit_images():
    x = np.full((4, 6, 5, 1), 250, np.uint8)
    x[1], x[2] = 255, 0
    x_hat = x / np.float32(255) + np.float32([0.4 / 255, 0.7, -0.3, 3 / 255])[:, None, None, None]
    whole = object.__new__(fit._Fit)
    whole.x_val, whole.x_val_noisy, whole.levels, whole.code_sizes = x, x, np.zeros(4), np.zeros(4)
    seen = []

    class Objective:
        def predict(self, x_noisy, levels, sizes):
            return [x_hat]

        def validation_losses(self, x, x_hat, others, levels):
            seen.append((x, x_hat))
            return np.array([1.0, 2, 3, 6])

    whole.objective = Objective()
    figures = whole._validate()
    # the first three are the same in 8 bits, and count as an error of 0.001
    expected = [10 * math.log10(255**2 / mse) for mse in (1e-3, 1e-3, 1e-3, 9)]
    assert figures == {"val_loss": 3.0, "val_psnr": pytest.approx(np.mean(expected))}
    ((clean, given),) = seen
    assert given is x_hat
    np.testing.assert_allclose(clean, x / 255, atol=1e-6)


def test_progress_says_where_the_training_stands(small):
    run, told = small
    assert set(told[0]) == {
        "epoch",
        "epochs",
        "step",
        "steps",
        "loss",
        "val_psnr",
        "images_per_second",
        "eta_seconds",
        "flat",
    }
    json.dumps(told)
    assert told[0]["epochs"] == 3 and told[0]["steps"] == 2
    assert told[0]["val_psnr"] == pytest.approx(column(run, "val_psnr")[0], rel=1e-6)  # the start's
    assert (told[-1]["epoch"], told[-1]["step"]) == (3, 2) and told[-1]["eta_seconds"] == 0
    assert told[-1]["val_psnr"] == pytest.approx(column(run, "val_psnr")[2], rel=1e-6)
    assert all(0 < p["loss"] < 1 and p["images_per_second"] > 0 for p in told)


def test_news_comes_a_few_times_a_second_and_at_the_end_of_a_round(monkeypatch):
    whole, told = object.__new__(fit._Fit), []
    whole.steps, whole.batch, whole.flat, whole.config = 4, 50, 0.5, SimpleNamespace(epochs=5)
    # the first epoch was trained before; the second and third are one round
    whole.started, whole.step_zero, whole.last_told = 8.0, 4, 0.0
    whole.history, whole.on_progress = [{"val_psnr": 1.0}, {"val_psnr": 20.0}], told.append
    times = [10.0, 10.2, 10.25, 10.45, 10.5, 10.7, 10.74, 10.74]
    monkeypatch.setattr(fit, "time", SimpleNamespace(monotonic=iter([*times, 11.0]).__next__))
    for step in range(1, 9):
        whole._tell(2, step, 8, 0.25, begun=9.0)
    places = [(one["epoch"], one["step"]) for one in told]
    assert places == [(2, 1), (2, 3), (3, 1), (3, 4)]
    # 5 of the 16 steps after the first epoch are done 2.5 seconds after the start
    assert told[2] == {
        **{"epoch": 3, "epochs": 5, "step": 1, "steps": 4, "loss": 0.25, "val_psnr": 20.0},
        **{"flat": 0.5, "images_per_second": pytest.approx(5 * 50 / 1.5)},
        "eta_seconds": pytest.approx(11 * 2.5 / 5),
    }
    whole.history = []
    whole._tell(2, 8, 8, 0.25, begun=9.0)
    assert told[-1]["val_psnr"] is None


# The same again, and interruptions


@pytest.mark.long
def test_the_same_seed_gives_the_same_history(small):
    again = new()
    fit.fit(again)
    assert history(again) == history(small[0])
    assert np.array_equal(again.samples().at(3), small[0].samples().at(3))


def test_stopped_in_the_middle_and_gone_on_it_has_lost_nothing(small, every_step):
    run = new()
    assert fit.fit(run, *stop_at(2, step=1)) == "cancelled"
    assert history(run) == history(small[0])[:2]
    first = networks.load(run.model_path)
    assert run.samples().epochs == [0, 1]
    kept = dict(np.load(run.folder / "examples.npz"))  # the examples are this network's
    assert np.array_equal(first.reconstruct(kept["x_noisy"]), kept["x_hat"])
    assert fit.fit(run) == "finished"
    assert history(run) == history(small[0])
    assert np.array_equal(run.samples().at(3), small[0].samples().at(3))
    weights = [networks.load(r.model_path).model.get_weights() for r in (run, small[0])]
    assert all(np.array_equal(a, b) for a, b in zip(*weights, strict=True))


@pytest.mark.long
def test_a_beginning_that_is_thrown_away_is_gone_back_to_at_a_lower_rate(every_step):
    high = {"network": "conv", "code": 16, "learning_rate": 0.02, "epochs": 6, "noise": Noise()}
    run = new(**high)
    assert fit.fit(run) == "finished"
    psnr, fell = column(run, "val_psnr"), column(run, "fell_back")
    assert psnr[1] < psnr[0] - course.LOST and fell[:2] == [0, 1]
    last = max(epoch for epoch, once in enumerate(fell) if once)
    assert last < 5 and all(db > psnr[0] - course.LOST for db in psnr[last + 1 :])
    assert f"After epoch {last} the network was far worse" in " ".join(map(str, course.of_run(run)))
    rates = column(run, "learning_rate")
    assert max(rates[last + 1 :]) <= 0.02 / course.SLOWER ** sum(fell)
    again = new(**high)  # stopped after its falls, and gone on with
    assert fit.fit(again, *stop_at(last + 1, step=1)) == "cancelled"
    assert fit.fit(again) == "finished" and history(again) == history(run)


class Killed(BaseException):
    """As sudden as SIGKILL: nothing in the training may wait for it."""


@pytest.mark.long
@pytest.mark.parametrize("moment", ["_write_history", "_save_checkpoint", "_write_examples"])
def test_killed_at_any_moment_and_gone_on_it_has_lost_nothing(moment, small, monkeypatch):
    run = copy(small[0])
    for name in ("checkpoint.npz", "history.csv", "model.keras", "examples.npz"):
        (run.folder / name).unlink()
    calls = []

    def dies(self, *words):
        calls.append(words)
        if len(calls) == (1 if moment == "_write_examples" else 2):
            raise Killed
        return whole(self, *words)

    whole = getattr(fit._Fit, moment)
    with monkeypatch.context() as patch:
        patch.setattr(fit._Fit, moment, dies)
        with pytest.raises(Killed):
            fit.fit(run)
    assert run.epochs_done() >= 1 and networks.load(run.model_path)
    assert fit.fit(run) == "finished"
    assert history(run) == history(small[0])
    examples = dict(np.load(run.folder / "examples.npz"))
    network = networks.load(run.model_path)
    assert np.array_equal(network.reconstruct(examples["x_noisy"]), examples["x_hat"])


@pytest.mark.long
def test_stopped_in_the_first_epoch_it_still_leaves_a_network(small, every_step):
    run = new(seed=1)
    assert fit.fit(run, *stop_at(1, step=1)) == "cancelled"
    assert not (run.folder / "history.csv").exists()
    x = data.load("letters").test.x
    assert networks.load(run.model_path).reconstruct(x).shape == x.shape
    assert fit.fit(run) == "finished" and column(run, "epoch") == [0, 1, 2, 3]
    assert history(run)[1]["loss"] != history(small[0])[1]["loss"]  # another seed, another history


def test_nothing_is_trained_twice(small):
    run = copy(small[0])
    before = (run.folder / "history.csv").read_bytes()
    assert fit.fit(run) == "finished"
    assert (run.folder / "history.csv").read_bytes() == before


def test_more_epochs_go_on_from_the_last(small):
    run = copy(small[0])
    run.update_info(config=run.config.to_dict() | {"epochs": 4})
    assert fit.fit(run) == "finished"
    assert history(run)[:4] == history(small[0]) and column(run, "epoch") == [0, 1, 2, 3, 4]


def with_history(run, losses):
    """Write another past for a training of three epochs: val_loss as given, then one epoch more.

    By the training loss and by PSNR the first epoch is the worst, by val_loss as ``losses`` say.
    """
    lines = [",".join(runs.HISTORY_COLUMNS)]
    for epoch, loss in enumerate(losses, start=1):
        lines.append(f"{epoch},{9 / epoch},{loss},{epoch},0.001,1.5,60")
    (run.folder / "history.csv").write_text("\n".join(lines) + "\n")
    run.update_info(config=run.config.to_dict() | {"epochs": 4})
    assert fit.fit(run) == "finished"


def test_a_worse_epoch_replaces_nothing(small):
    run = copy(small[0])
    kept = run.model_path.read_bytes()
    with_history(run, (9, 1e-9, 9))  # the best in the middle
    assert run.model_path.read_bytes() == kept
    examples = dict(np.load(run.folder / "examples.npz"))
    x_hat = networks.load(run.model_path).reconstruct(examples["x_noisy"])
    assert np.array_equal(examples["x_hat"], x_hat)  # of the network that is kept, not of the last


def test_a_better_epoch_replaces_the_network(small):
    run = copy(small[0])
    with_history(run, (9, 9, 9))
    samples = run.samples()
    x_hat = networks.load(run.model_path).reconstruct(samples.x_noisy)
    assert np.array_equal(x_hat, samples.at(4)) and not np.array_equal(x_hat, samples.at(3))


# What can go wrong


@pytest.mark.parametrize("how", ["cut", "empty", "text", "altered", "foreign"])
def test_a_damaged_checkpoint_is_named(how, small):
    run = copy(small[0])
    path = run.folder / "checkpoint.npz"
    content = path.read_bytes()
    if how == "foreign":
        np.savez(path, epoch=2, v0=np.zeros(3))
    else:
        middle = len(content) // 2
        path.write_bytes(
            {
                "cut": content[:middle],
                "empty": b"",
                "text": b"no numbers\n" * 9,
                "altered": content[:middle] + b"x" * 99 + content[middle + 99 :],
            }[how]
        )
    before = path.read_bytes()
    with pytest.raises(UserError) as caught:
        fit.fit(run)
    sentence = str(caught.value)
    assert str(path) in sentence and "delete it" in sentence and "\n" not in sentence
    assert path.read_bytes() == before  # nothing of the user's is deleted unasked


def test_a_checkpoint_is_never_unpickled(small):
    run = copy(small[0])
    path = run.folder / "checkpoint.npz"
    np.savez(path, epoch=2, v0=np.array([Killed], dtype=object))
    with pytest.raises(UserError, match="damaged"):
        fit.fit(run)


@pytest.mark.long
def test_a_loss_that_is_no_number_ends_in_a_sentence():
    run = new(network="conv", code=8, learning_rate=1.0, epochs=40, noise=Noise())
    with pytest.raises(UserError, match=r"^The loss became .* lower learning rate .*1\.0\.$"):
        fit.fit(run)
    # what was good before is kept: no row, no checkpoint and no network of nan
    done = run.epochs_done()
    assert done < 40 and all(map(math.isfinite, column(run, "val_loss") if done else []))
    if run.model_path.exists():
        assert np.isfinite(networks.load(run.model_path).model.get_weights()[0]).all()


@pytest.mark.long
def test_a_folder_that_cannot_be_written_ends_in_a_sentence(small, monkeypatch):
    run = copy(small[0])
    run.update_info(config=run.config.to_dict() | {"epochs": 4})
    monkeypatch.setenv(worker.ASSIGNED_DEVICE, "cpu")
    monkeypatch.setattr("os.nice", lambda _: 0)
    before = {p.name: p.read_bytes() for p in run.folder.iterdir() if p.suffix in (".csv", ".npz")}
    real = np.savez

    def full(path, **arrays):
        real(path, **{name: arrays[name] for name in list(arrays)[:2]})  # half a file, then:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(UserError, match="free some space"):
        worker.work(run)
    status = run.status()
    assert status["state"] == "failed" and "free some space" in status["error"]
    assert (run.folder / "checkpoint.npz").read_bytes() == before["checkpoint.npz"]
    assert not list(run.folder.glob(".*"))  # no half file is left behind
    monkeypatch.setattr(np, "savez", real)
    assert fit.fit(run) == "finished" and column(run, "epoch") == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": "lettres"}, "lettres"),
        ({"data": "letters+own-nothing"}, "own-nothing"),
        ({"network": "situation-3", "code": 5}, "a code of size 4, not 5"),
        ({"network": "cnn"}, "no network 'cnn'"),
        ({"network": "unet", "code": 8}, "not 8"),
    ],
)
def test_what_does_not_fit_together_ends_in_a_sentence(changes, words):
    with pytest.raises(UserError, match=words):
        fit.fit(new(**changes))


# Noise, joined sets, precision


@pytest.mark.long
def test_noise_is_fresh_for_every_epoch_and_fixed_for_validation():
    """The untrained denoiser returns its input, so its loss is the noise itself."""
    asked = Noise("gaussian", 50.0, 10.0)
    run = new(network="unet", code=0, noise=asked, limit=64, learning_rate=1e-7, epochs=2)
    fit.fit(run)
    losses = column(run, "loss")[1:]
    x = data.load("letters").train.x[:64]
    levels = [noise.corrupt(x, Noise("gaussian", level)) for level in np.linspace(10, 50, 21)]
    expected = np.mean([metrics.mse(x, x_noisy).mean() for x_noisy in levels])
    assert losses == pytest.approx([expected] * 2, rel=0.15)
    assert abs(losses[0] - losses[1]) > 1e-3 * expected
    fixed = column(run, "val_loss")
    assert fixed == pytest.approx([fixed[0]] * 3, rel=1e-3)
    x = data.load("letters").validation.x  # its levels are spread as those of training
    levels = [noise.corrupt(x, Noise("gaussian", level)) for level in np.linspace(10, 50, 21)]
    expected = np.mean([metrics.mse(x, x_noisy).mean() for x_noisy in levels])
    assert fixed[0] == pytest.approx(expected, rel=0.05)


def test_every_image_comes_once_an_epoch_in_another_order_each_time():
    first, second = epoch_order([100], 0, 1), epoch_order([100], 0, 2)
    assert first.dtype == np.int32
    assert sorted(first) == sorted(second) == list(range(100))
    assert not np.array_equal(first, second)
    assert np.array_equal(first, epoch_order([100], 0, 1))
    assert not np.array_equal(first, epoch_order([100], 1, 1))


@pytest.mark.parametrize("sizes", [[100, 100], [10, 990], [7, 50, 900], [1, 3]])
def test_joined_sets_have_equal_shares_of_an_epoch(sizes):
    order = epoch_order(sizes, 0, 1)
    assert len(order) == sum(sizes)
    ends = np.cumsum(sizes)
    counts = np.histogram(order, bins=[0, *ends])[0]
    assert counts.max() - counts.min() <= len(sizes)
    for first, end in zip([0, *ends], ends, strict=False):  # within a set, all images alike
        times = np.bincount(order[(order >= first) & (order < end)] - first, minlength=end - first)
        assert times.max() - times.min() <= 2


@pytest.fixture(scope="module")
def few_stripes(folders):
    """A set of 60 images of one's own, broad waves, to be joined with the letters."""
    v, u = np.mgrid[0:28, 0:28]
    random = np.random.default_rng(0)
    x = [127 + 127 * np.sin(a * u + b * v) for a, b in random.uniform(-0.1, 0.1, (60, 2))]
    np.save(folders / "stripes.npy", np.stack(x).astype(np.uint8)[..., None])
    convert.import_images(folders / "stripes.npy", "stripes", 28, "grey")
    return "own-stripes"


@pytest.mark.long
def test_joined_sets_at_half_width_leave_a_full_width_network(few_stripes):
    run = new(
        data=f"{few_stripes}+letters",
        network="conv",
        code=8,
        noise=Noise(),
        limit=64,
        precision="bfloat16",
        epochs=1,
    )
    assert fit.fit(run) == "finished"
    network = networks.load(run.model_path)
    assert {w.dtype for w in network.model.get_weights()} == {np.dtype(np.float32)}
    policies = {
        layer.dtype_policy.name
        for half in (network.encoder, network.decoder)
        for layer in half.layers
    }
    assert policies == {"float32"}
    # both sets are validated on, and the network does better on both than their own mean image
    assert len(data.load(f"{few_stripes}+letters").validation) == sum(
        len(data.load(name).validation) for name in (few_stripes, "letters")
    )
    for name in (few_stripes, "letters"):
        x, mean = data.load(name).test.x, data.load(name).train.x.mean(0)
        mean_image = np.broadcast_to(np.rint(mean).astype(np.uint8), x.shape)
        better = metrics.mse(x, network.reconstruct(x)).mean() < metrics.mse(x, mean_image).mean()
        assert better, name


@pytest.mark.long
def test_the_convolutional_network_is_not_worse_than_pca():
    run = new(network="conv", code=8, noise=Noise(), learning_rate=1e-7, epochs=1, limit=None)
    fit.fit(run)
    sets = data.load("letters")
    linear = pca.fit(sets.train.x, 8).reconstruct(sets.validation.x)
    expected = metrics.psnr(sets.validation.x, linear).mean()
    assert column(run, "val_psnr") == pytest.approx([expected] * 2, abs=0.05)
