"""What is sent is what costs least: every choice against the same sum, taken value by value."""

from dataclasses import replace

import numpy as np
import pytest
import tiny_codec

from ae_core.codec.prior import classes
from ae_core.codec.rdo import choose


def by_hand(z, prior, level, weight):
    """Choose for one image among the two nearest whole numbers and zero, as the docstring says."""
    q = np.zeros((1, prior.positions), np.int32)
    q[0, : prior.lead] = np.rint(z[: prior.lead])
    low, high = prior.reach
    for i, value in enumerate(z[prior.lead :]):
        chances = prior.tables[classes(q, level, prior)[0, i]] / prior.total

        def cost(option, value=value, chances=chances, weight=weight[i]):
            within = low <= option <= high
            bits = -np.log2(chances[option - low]) if within else 4 - np.log2(chances[-1])
            return weight * (option - value) ** 2 + bits

        near = int(np.rint(value))
        options = [near, near - int(np.sign(near)), 0]
        q[0, prior.lead + i] = min(options, key=cost)
    return q[0]


@pytest.mark.parametrize("shapes", [0, 9])
@pytest.mark.parametrize("weight", [0.02, 0.3, 3.0])
def test_each_value_is_the_cheapest_under_what_was_chosen_before(shapes, weight):
    prior = tiny_codec.prior(12, tables=6, symbols=12, shapes=shapes)
    tables = prior.tables + np.eye(1, 12, 11, int) * 900 - np.eye(1, 12, 5, int) * 900
    prior = replace(prior, tables=tables.astype(np.int32))  # an escape unlike what lies beside it
    random = np.random.default_rng(1)
    z = random.normal(0, 4, (40, prior.positions))
    z[:, : prior.lead] = random.integers(0, 9, (40, prior.lead))
    weights = weight * np.linspace(1, 3, 12)
    q = choose(z, prior, 200, weights)
    assert q.dtype == np.int32
    assert q.tolist() == [by_hand(row, prior, 200, weights).tolist() for row in z]
