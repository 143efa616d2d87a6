"""What is said of a training's history: the epoch kept, why it ended, and where the curves part."""

import math

import pytest

from ae_core.config import TrainConfig
from ae_core.networks import course


def rows(losses, validation, psnr=None, first=0):
    """Return a history; PSNR is that of the validation losses where none is given."""
    psnr = psnr or [-10 * math.log10(loss) for loss in validation]
    return [
        {"epoch": epoch, "loss": loss, "val_loss": val, "val_psnr": db}
        for epoch, (loss, val, db) in enumerate(zip(losses, validation, psnr, strict=True), first)
    ]


def said(history, over=True, **changes):
    config = TrainConfig(**{"epochs": 20} | changes)
    return [str(sentence) for sentence in course.said(history, config, over)]


FALLING = rows([math.nan, 0.5, 0.3, 0.2], [0.1, 0.05, 0.02, 0.01])
WORSE = rows([math.nan, 0.03, 0.02, 0.01], [0.01, 0.02, 0.03, 0.04])
PARTED = rows([math.nan, 0.050, 0.040, 0.030, 0.020, 0.010], [0.1, 0.05, 0.04, 0.05, 0.06, 0.07])
NOISY = rows([math.nan, 0.050, 0.040, 0.030, 0.020, 0.010], [0.1, 0.05, 0.04, 0.0401, 0.04, 0.0402])


def test_the_epoch_kept_and_what_it_began_with_are_named():
    (sentence,) = said(FALLING)
    assert "that of epoch 3, at 20.00 dB" in sentence and "began at 10.00 dB" in sentence


@pytest.mark.parametrize("losses", [(1e-9, 9, 9), (9, 1e-9, 9), (9, 9, 1e-9), (9, 1e-9, 1e-9)])
def test_the_epoch_kept_is_the_first_of_the_lowest_loss_wherever_it_is(losses):
    # by the training loss and by PSNR the first epoch is the worst
    history = rows([9, 5, 3], losses, psnr=[1, 2, 3], first=1)
    assert course.best(history, TrainConfig()) == losses.index(min(losses))


def test_what_a_training_began_with_is_kept_where_no_epoch_is_better():
    assert course.best(WORSE, TrainConfig()) == 0
    assert "what the training began with, at 20.00 dB" in said(WORSE)[0]


def test_a_training_of_former_times_did_not_look_before_its_first_epoch():
    (sentence,) = said(rows([0.5, 0.3], [0.1, 0.01], first=1))
    assert sentence.endswith("epoch 2, at 20.00 dB on the validation images.")


def test_no_epoch_is_kept_whose_psnr_is_below_the_start():
    history = rows([math.nan, 0.5, 0.4], [0.1, 0.01, 0.05], psnr=[20, 19.9, 20.1])
    assert course.best(history, TrainConfig()) == 2
    # where the loss counts bits too, quality may be given for them
    assert course.best(history, TrainConfig(network="rate", code=24)) == 1


def test_it_is_said_that_a_training_ended_by_itself_and_why():
    assert course.helps_no_more(WORSE, TrainConfig(patience=3))
    assert not course.helps_no_more(WORSE, TrainConfig(patience=4))
    assert not course.helps_no_more(WORSE, TrainConfig(patience=0))
    assert not course.helps_no_more([], TrainConfig(patience=1))
    ended = "It ended by itself after epoch 3 of 20: the last 3 looks"
    assert any(ended in sentence for sentence in said(WORSE, patience=3))
    assert all("by itself" not in sentence for sentence in said(WORSE))
    assert all("by itself" not in sentence for sentence in said(WORSE, over=False, patience=3))


def thrown_away(*psnr, fell=()):
    """A training at 20 dB at first, and at ``psnr`` after its epochs; after some it fell back."""
    psnr = [20, *psnr]
    history = rows([math.nan, *psnr[1:]], [10 ** (-db / 10) for db in psnr])
    return [row | {"fell_back": float(row["epoch"] in fell)} for row in history]


@pytest.mark.parametrize(
    ("history", "changes", "is_lost"),
    [
        (thrown_away(), {}, False),
        (thrown_away(21), {}, False),
        (thrown_away(19.6), {}, False),  # a detour
        (thrown_away(19.4), {}, True),
        (thrown_away(21, 22, 17), {}, True),
        (thrown_away(17, 18), {}, True),
        (thrown_away(17, 18, fell=(1,)), {}, True),
        (thrown_away(17, 17, 17, 17, fell=(1, 2, 3)), {}, False),  # it goes on as it does
        (thrown_away(17), {"epochs": 1}, False),  # no epoch is left
        (thrown_away(17), {"start": "another"}, False),
        (thrown_away(17), {"network": "situation-3", "code": 4}, False),  # it began with chance
        (thrown_away(17), {"network": "rate", "code": 24}, False),
        (rows([0.5, 0.3], [0.01, 0.1], first=1), {}, False),  # of former times
    ],
)
def test_a_training_has_lost_its_beginning_where_it_is_far_below(history, changes, is_lost):
    assert course.lost(history, TrainConfig(**{"epochs": 20} | changes)) == is_lost


def test_after_each_fall_the_learning_rate_is_a_quarter():
    config = TrainConfig(learning_rate=8e-3)
    assert course.going_on(thrown_away(17, 18), config) == (0, 8e-3)
    assert course.going_on(thrown_away(17, 21, fell=(1,)), config) == (1, 2e-3)
    assert course.going_on(thrown_away(21, 17, 17, 22, fell=(2, 3)), config) == (3, 5e-4)


def test_a_fall_is_said_is_no_over_fitting_and_gives_new_patience():
    history = thrown_away(17, 18, 19, 19.5, 19.6, fell=(2,))
    sentences = said(history)
    assert "began with, at 20.00 dB" in sentences[0] and "After epoch 2 " in sentences[1]
    assert len(sentences) == 2  # though losses fall on and validation is worse than at first
    assert course.helps_no_more(history, TrainConfig(patience=3))
    assert not course.helps_no_more(history, TrainConfig(patience=4))


def test_over_fitting_is_pointed_at_where_the_curves_part():
    sentence = said(PARTED)[-1]
    assert sentence.startswith("From epoch 2 on") and "over-fitting" in sentence
    assert "from 0.04 to 0.01" in sentence and "rises from 0.04 to 0.07" in sentence
    assert "From epoch 0 on" in said(WORSE)[-1] and "from 0.03 to 0.01" in said(WORSE)[-1]


def test_a_loss_that_is_a_logarithm_falls_by_the_same_share():
    history = [row | {"loss": math.log(row["loss"])} for row in PARTED]
    assert course.parted(history, TrainConfig(loss="psnr")) == 2
    hardly = [row | {"loss": -13.8 - n / 30} for n, row in enumerate(PARTED)]
    assert course.parted(hardly, TrainConfig(loss="psnr")) is None


def test_over_fitting_is_pointed_at_where_validation_only_stands_still():
    training = [0.4, 0.1, 0.05, 0.04, 0.03, 0.02, 0.01]
    figures = enumerate(zip(training, [15, 18, 20, 20.02, 20.05, 20.03, 20.04], strict=True), 1)
    history = [
        {"epoch": n, "loss": loss, "val_loss": 0.2, "val_psnr": psnr} for n, (loss, psnr) in figures
    ]
    assert "From epoch 3 on" in said(history)[-1] and "stays at 0.2" in said(history)[-1]
    assert len(said([row | {"val_loss": 0.09} for row in history])) == 1  # near that of training
    assert len(said([row | {"loss": -1 - n} for n, row in enumerate(history)])) == 1  # a logarithm


@pytest.mark.parametrize(
    "history",
    [
        FALLING,
        NOISY,  # not clearly worse
        PARTED[:4],  # too early to say
        [row | {"loss": 0.05} for row in PARTED],  # training does not get better either
        [row | {"loss": 0.05 - n / 1000} for n, row in enumerate(PARTED)],  # hardly
    ],
)
def test_other_curves_are_not_called_over_fitting(history):
    assert course.parted(history, TrainConfig()) is None
    assert len(said(history)) == 1


@pytest.mark.parametrize(
    "history", [[], [{"epoch": 1}], [{"epoch": 1, "loss": 0.5, "val_loss": "x", "val_psnr": None}]]
)
def test_of_a_history_without_figures_nothing_is_said(history):
    assert said(history) == []
