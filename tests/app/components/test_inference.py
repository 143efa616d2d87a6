"""A run of a page leaves TensorFlow its kernels: the next images come five times sooner."""

import numpy as np
import pytest
from app_support import APP
from streamlit.testing.v1 import AppTest

from ae_core import data
from ae_core.data.own import store
from ae_core.errors import UserError
from dashboard.components import inference, library


def test_a_run_of_a_page_clears_no_kernels(elastic, monkeypatch):
    inference.network(next(e for e in library.entries() if e.longest).id)
    from tensorflow.python.eager.context import Context

    cleared = []
    monkeypatch.setattr(Context, "clear_kernel_cache", lambda context: cleared.append(context))
    at = AppTest.from_file(str(APP), default_timeout=240)
    assert not at.run().exception
    assert not cleared


def test_what_was_seen_of_a_set_is_not_seen_of_another_of_its_name(tmp_path, monkeypatch):
    from ae_core.jobs import owners
    from ae_core.jobs.owners import Visitor

    def keep(value):
        x = np.full((40, 16, 16, 3), value, np.uint8)
        store.save("mine", "Mine", x, np.zeros(40, np.int64), ["image"])

    def seen():
        small = inference.thumbnail("own-mine", [], read=True, wait=20)
        return int(inference.images("own-mine", 0, [])[0, 0, 0, 0]), int(small[0, 0, 0])

    who = [Visitor("a" * 16)]
    monkeypatch.setattr(owners, "asking", lambda: who[0])
    monkeypatch.setenv("AE_DATA_DIR", str(tmp_path))
    keep(7)
    assert seen() == (7, 7)
    keep(8)  # in its place
    assert seen() == (8, 8)
    who[0] = Visitor("b" * 16)
    with pytest.raises(UserError, match="are not in"):
        inference.images("own-mine", 0, [])
    assert inference.thumbnail("own-mine", []) is None
    who[0] = Visitor("a" * 16)
    store.remove("own-mine")
    who[0] = Visitor("b" * 16)
    keep(9)
    assert seen() == (9, 9)


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
