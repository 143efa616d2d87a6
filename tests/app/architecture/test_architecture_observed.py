"""The sentence under the drawing, against a few layers."""

from ae_core.drawing.layers import LayerInfo
from dashboard.app_pages.architecture import observed

IMAGE = LayerInfo(1, "image", "InputLayer", (28, 28, 1))


def test_where_the_parameters_are_and_how_narrow_the_code_is():
    code = LayerInfo(2, "encoder/code", "Dense", (1,), parameters=1, code=True)
    wide = LayerInfo(3, "decoder/dense", "Dense", (784,), parameters=3)
    assert observed.sentence([IMAGE, code, wide]) == (
        "Layer 3 (decoder/dense) has 75 % of the parameters; the 784 values of an image become 1 "
        "value in the code, layer 2."
    )


def test_a_network_without_a_code_and_one_without_parameters():
    half = LayerInfo(2, "half", "Conv2D", (14, 14, 8), parameters=80)
    last = LayerInfo(3, "last", "Conv2D", (28, 28, 8), parameters=20)
    assert observed.sentence([IMAGE, half, last]) == (
        "Layer 2 (half) has 80 % of the parameters; an image has 784 values, and the layer with the "
        "fewest, 2, has 1,568 values."
    )
    assert observed.sentence([IMAGE]) == ""
