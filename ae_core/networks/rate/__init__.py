"""The rate network: its code is whole numbers that an entropy coder stores, at any of many rates.

``network.py`` builds it, ``layers.py`` has its layers, ``counted.py`` what is counted from images,
``shape_book.py`` the book of whole shapes that the fewest bits speak of.
"""

from ae_core.networks.rate.network import (
    STEPS,
    TOP_LEVEL,
    build,
    cost,
    finished,
    free_values,
    has_shapes,
    lagrangian,
    scales,
    shape_bits,
    shares,
    steps,
)

__all__ = [
    "STEPS",
    "TOP_LEVEL",
    "build",
    "cost",
    "finished",
    "free_values",
    "has_shapes",
    "lagrangian",
    "scales",
    "shape_bits",
    "shares",
    "steps",
]
