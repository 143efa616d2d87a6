"""A run of a page leaves TensorFlow its kernels: the next images come five times sooner."""

from app_support import APP
from streamlit.testing.v1 import AppTest

from dashboard.components import inference, library


def test_a_run_of_a_page_clears_no_kernels(elastic, monkeypatch):
    inference.network(next(e for e in library.entries() if e.longest).id)
    from tensorflow.python.eager.context import Context

    cleared = []
    monkeypatch.setattr(Context, "clear_kernel_cache", lambda context: cleared.append(context))
    at = AppTest.from_file(str(APP), default_timeout=240)
    assert not at.run().exception
    assert not cleared
