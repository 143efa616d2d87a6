"""A page's choices through its address and back, for the view of every page."""

import importlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ae_core.images.noise import KINDS
from dashboard.app_pages.architecture.view import View as Architecture
from dashboard.app_pages.compare.view import View as Compare
from dashboard.app_pages.data.view import View as Data
from dashboard.app_pages.denoise import view as denoise
from dashboard.app_pages.explore import view as explore
from dashboard.app_pages.latent import view as latent
from dashboard.app_pages.rate import curves
from dashboard.app_pages.rate import view as rate
from dashboard.app_pages.report.view import View as Report
from dashboard.app_pages.train import view as train
from dashboard.components import query
from dashboard.components.address import FRAME

SETS, RUNS = ("letters", "own-mine", "svhn+numbers"), ("letters-conv-64", "mine")
KNOWN = {"data": SETS, "run": RUNS, "codec": ("AVIF", "JPEG 2000")}
sets, runs = st.sampled_from(SETS), st.sampled_from(RUNS)
text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)


def tenths(high):
    """Numbers as a slider has them: exact in the six figures that an address writes."""
    return st.integers(0, int(10 * high)).map(lambda tenth: tenth / 10)


@st.composite
def explore_views(draw):
    kind = draw(st.sampled_from(explore.NOISES))
    return explore.View(
        draw(sets),
        draw(st.integers(1, 1024)),
        kind,
        draw(tenths(KINDS[kind].maximum)),
        draw(st.sampled_from(explore.COUNTS)),
        draw(st.integers(0, 999_999)),
        draw(st.one_of(st.just(""), runs)),
        draw(st.booleans()),
        tuple(draw(st.lists(st.integers(0, 999_999), max_size=16, unique=True))),
        draw(st.booleans()),
    )


def places(most):
    return st.lists(st.integers(0, 399), min_size=2, max_size=most, unique=True).map(tuple)


@st.composite
def rate_views(draw):
    goal = draw(st.sampled_from(rate.GOALS))
    limit = {"bytes": rate.BYTES, "db": rate.DECIBEL}[goal]
    return rate.View(
        count=draw(st.sampled_from(curves.COUNTS)),
        x=draw(st.sampled_from(list(curves.AXES))),
        y=draw(st.sampled_from(curves.QUALITIES)),
        codec=draw(st.sampled_from(KNOWN["codec"])),
        setting=draw(st.one_of(st.none(), tenths(2000))),
        goal=goal,
        **{goal: draw(st.sampled_from(limit))},
    )


VIEWS = st.one_of(
    explore_views(),
    rate_views(),
    st.builds(
        latent.View,
        runs,
        sets,
        st.integers(1, 1024),
        st.sampled_from(latent.COUNTS),
        st.integers(0, 399),
        places(latent.MOST_ENDS),
        st.sampled_from(latent.TOOLS),
        st.sampled_from(latent.LAYOUTS),
    ),
    st.builds(
        denoise.View,
        sets,
        st.just("gaussian"),
        tenths(75).filter(bool),
        runs,
        st.sampled_from(denoise.COUNTS),
        st.integers(0, 999_999),
        st.sampled_from(denoise.KINDS),
        st.booleans(),
    ),
    st.builds(Architecture, runs, st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 9999)),
    st.builds(
        Compare,
        st.lists(runs, unique=True).map(tuple),
        st.sampled_from(["log", "linear"]),
        st.sampled_from(["epoch", "seconds"]),
    ),
    st.builds(Data, sets),
    st.builds(Report, text),
    st.builds(train.View, text, text),
)
KINDS_OF_VIEW = (
    explore.View,
    rate.View,
    latent.View,
    denoise.View,
    Architecture,
    Compare,
    Data,
    Report,
    train.View,
    train.Link,
)


@given(VIEWS)
def test_a_view_goes_through_its_address(view):
    address = query.address(view)
    read, ignored = query.from_address(type(view)(), address, KNOWN)
    assert read == view and ignored == []
    assert query.address(read) == address
    assert all(isinstance(part, str) and part for part in [*address, *address.values()])


@given(st.data(), st.sampled_from(KINDS_OF_VIEW))
def test_junk_is_named_and_changes_nothing(data, kind):
    names = st.one_of(st.sampled_from(sorted(query.names(kind))), text)
    junk = data.draw(st.dictionaries(names, text, max_size=6))
    read, ignored = query.from_address(kind(), junk, KNOWN)
    assert set(ignored) <= set(junk) and len(ignored) == len(set(ignored))
    for name in junk:
        if name not in {*query.names(kind), *FRAME} and not name.startswith("embed"):
            assert name in ignored
    # What was understood stands, and stands again when it is read from its own address:
    again, wrong = query.from_address(kind(), query.address(read), KNOWN)
    assert again == read and wrong == []


@given(st.dictionaries(st.sampled_from(["data", "noise", "level", "code", "images"]), text))
def test_what_makes_no_sense_leaves_the_start_as_it_is(junk):
    start = explore.View("own-mine", 7, "masking", 12.5, 4)
    read, ignored = query.from_address(start, junk, KNOWN)
    fields = {"data": "data", "noise": "kind", "level": "level", "code": "code", "images": "count"}
    for name in ignored:
        assert getattr(read, fields[name]) == getattr(start, fields[name])


@pytest.mark.parametrize(
    ("page", "link", "means"),
    [
        (
            "explore",
            "data=letters&code=20&noise=masking&level=30&images=4&draw=3&run=mine&beside=1"
            "&pictures=3-17&apart=1",
            explore.View("letters", 20, "masking", 30.0, 4, 3, "mine", True, (3, 17), True),
        ),
        (
            "latent",
            "run=mine&data=letters&size=8&images=100&image=3&tool=grid&layout=tsne&between=1-9",
            latent.View("mine", "letters", 8, 100, 2, (0, 8), "grid", "tsne"),
        ),
        (
            "rate",
            "count=no-container&x=ratio&y=ssim&codec=JPEG+2000&setting=25&goal=db&limit=34",
            rate.View("", "no container", "ratio", "ssim", "JPEG 2000", 25.0, "db", 50, 34),
        ),
        (
            "denoise",
            "data=letters&level=12.5&images=4&draw=9&curve=unclipped&slow=1",
            denoise.View("letters", "gaussian", 12.5, "", 4, 9, "unclipped", True),
        ),
        ("architecture", "run=mine&layer=4&image=2&size=16", Architecture("mine", 16, 4, 2)),
        ("compare", "runs=mine,letters-conv-64&scale=linear&by=seconds", None),
        ("data", "data=own-mine", Data("own-mine")),
        ("report", "report=2026-11-01_a", Report("2026-11-01_a")),
        ("train", "run=mine", train.View("mine")),
        ("train", "sweep=evening", train.View(sweep="evening")),
    ],
)
def test_links_made_before_mean_what_they_meant(page, link, means):
    from urllib.parse import parse_qsl

    means = means or Compare(("mine", "letters-conv-64"), "linear", "seconds")
    assert importlib.import_module(f"dashboard.app_pages.{page}.view")
    assert query.from_address(type(means)(), dict(parse_qsl(link)), KNOWN) == (means, [])


def test_the_end_of_a_range_hangs_on_the_noise():
    def level(**parameters):
        return query.from_address(explore.View(), parameters)[0].level

    for kind in explore.NOISES:
        most = KINDS[kind].maximum
        assert level(noise=kind, level=f"{most:g}") == most
        assert level(noise=kind, level=f"{most + 1:g}") == 0.0
