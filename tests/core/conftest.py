"""Small true data for the tests of training: some letters and numbers, drawn by the program."""

import signal

import pytest

SMALL = (280, 24)  # images for train and validation, images for the test


@pytest.fixture(scope="module")
def few_letters(tmp_path_factory):
    """The drawn sets with few images, and an empty folder for runs; returns that folder."""
    from ae_core import data
    from ae_core.data import drawn_sets

    folder = tmp_path_factory.mktemp("few")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AE_DATA_DIR", str(folder / "data"))
        patch.setenv("AE_ARTIFACTS_DIR", str(folder / "artifacts"))
        patch.setattr("ae_core.data.folders.cache_dir", lambda: folder / "cache")
        patch.setattr(data, "_loaded", {})
        sizes = {name: (*SMALL, classes) for name, (*_, classes) in drawn_sets.SIZES.items()}
        patch.setattr(drawn_sets, "SIZES", sizes)
        yield folder


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_is_heard():
    """A test run started in the background ignores Ctrl-C, and so would the programs it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
