"""Designs drawn at random, most of which can be built on the images given."""

from hypothesis import strategies as st

from ae_core.networks.designed.notation import ACTIVATIONS, Code, Design, Layer

_ACTIVATION = st.sampled_from(ACTIVATIONS)
_LAYERS = {
    "conv": st.builds(
        Layer,
        st.just("conv"),
        st.integers(1, 6),
        st.integers(1, 5),
        st.sampled_from([1, 1, 2]),
        _ACTIVATION,
    ),
    "dense": st.builds(Layer, st.just("dense"), st.integers(1, 24), activation=_ACTIVATION),
    "maxpool": st.just(Layer("maxpool", stride=2)),
    "avgpool": st.just(Layer("avgpool", stride=2)),
    "up": st.just(Layer("up", stride=2)),
    "norm": st.just(Layer("norm")),
    "drop": st.builds(Layer, st.just("drop"), rate=st.sampled_from([0.1, 0.5])),
}
_PENALTIES = st.sampled_from([("none", 0.0), ("l1", 0.001), ("kl", 0.5)])


@st.composite
def designs(draw):
    """Draw an encoder of maps, perhaps then of values, a code, and the encoder mirrored."""
    maps = st.sampled_from(["conv", "conv", "maxpool", "avgpool", "norm", "drop", "up"])
    encoder = [draw(_LAYERS[kind]) for kind in draw(st.lists(maps, max_size=4))]
    dense = [
        draw(_LAYERS[kind]) for kind in draw(st.lists(st.sampled_from(["dense", "drop"]), max_size=2))
    ]
    penalty, weight = draw(_PENALTIES)
    activation = "linear" if penalty == "kl" else draw(_ACTIVATION)
    kind = "vector" if dense else draw(st.sampled_from(["map", "vector", "fold"]))
    code = Code(kind, draw(st.integers(1, 3)), 3, (2, 3, 1), activation, penalty, weight)
    return Design((*encoder, *dense), code, None)
