"""A kind of noise is its line in ``KINDS``; its words are in the catalogues."""

import numpy as np
import pytest

from ae_core.cli import _parser
from ae_core.config import TrainConfig
from ae_core.images import noise
from ae_core.images.noise import KINDS, Noise


@pytest.fixture
def darker(monkeypatch):
    def formula(xp, x, level, normal, uniform):
        return x - level

    monkeypatch.setitem(KINDS, "darker", noise.Kind("sigma", 100, 20, formula))


def test_it_is_asked_for_drawn_stored_and_typed(darker, capsys):
    x = np.full((2, 4, 4, 1), 90, np.uint8)
    assert (noise.corrupt(x, Noise("darker", 30.0)) == 60).all()
    config = TrainConfig(noise=Noise("darker", 30.0))
    assert TrainConfig.from_dict(config.to_dict()) == config
    with pytest.raises(SystemExit):
        _parser().parse_args(["reconstruct", "--help"])
    assert "darker" in capsys.readouterr().out
