"""A run of a page leaves TensorFlow its kernels: the next images come five times sooner."""

import numpy as np
import pytest
from app_support import APP
from streamlit.testing.v1 import AppTest

from ae_core import data
from ae_core.data.own import store
from dashboard.components import inference, library


def test_a_run_of_a_page_clears_no_kernels(elastic, monkeypatch):
    inference.network(next(e for e in library.entries() if e.longest).id)
    from tensorflow.python.eager.context import Context

    cleared = []
    monkeypatch.setattr(Context, "clear_kernel_cache", lambda context: cleared.append(context))
    at = AppTest.from_file(str(APP), default_timeout=240)
    assert not at.run().exception
    assert not cleared


def test_the_image_beside_a_large_own_set_is_its_first(tmp_path, monkeypatch):
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    x = np.random.default_rng(2).integers(0, 256, (40, 16, 16, 3), np.uint8)
    store.save("mine", "Mine", x, np.zeros(40, np.int64), ["image"])
    monkeypatch.setattr(inference, "_LIGHT", 0)
    monkeypatch.setattr(data, "load", lambda name: pytest.fail("all of it is read"))
    assert np.array_equal(inference.thumbnail("own-mine", [], read=True, wait=20), x[0])
    path = next(tmp_path.rglob("images.npz"))
    path.write_bytes(path.read_bytes()[:200])
    monkeypatch.setattr(inference, "_seen", {})
    monkeypatch.setattr(inference, "_looked", {})
    assert inference.thumbnail("own-mine", [], read=True, wait=20) is None
