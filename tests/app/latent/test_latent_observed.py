"""The sentence under the map, against codes placed to show one thing each."""

import numpy as np

from dashboard.app_pages.latent import observed
from dashboard.app_pages.latent.compute import Sample


def sample(y, labels=None, classes=("A", "B", "C")):
    y = np.array(y, np.float32)
    labels = None if labels is None else np.array(labels)
    return Sample(np.zeros((len(y), 4, 4, 1), np.uint8), y, labels, classes)


def test_like_beside_like_and_what_chance_would_give():
    said = observed.sentence(sample([[0], [0.1], [5], [5.1]], [0, 0, 1, 1]))
    assert said == (
        "For 4 of the 4 images the nearest code is that of an image of the same class; by chance it "
        "would be 1."
    )


def test_the_two_classes_that_meet_most_are_named():
    y = [[0, 0], [0, 1], [9, 0], [9, 1], [50, 50], [50, 51]]
    said = observed.sentence(sample(y, [0, 1, 1, 0, 2, 2]))
    assert said.startswith("For 2 of the 6 images")
    assert said.endswith("Where it is not, A and B lie side by side most often (4 times).")


def test_a_single_meeting_is_no_habit():
    said = observed.sentence(sample([[0], [1], [2.5], [9], [9.1]], [0, 0, 1, 2, 2]))
    assert said.startswith("For 4 of the 5") and "side by side" not in said


def test_without_classes_the_codes_themselves_are_spoken_of():
    for labels in (None, [1, 1, 1]):
        said = observed.sentence(sample([[0], [0.5], [4]], labels))
        assert said == (
            "Images 1 and 2 have the codes most alike (distance 0.50); image 3 lies farthest from "
            "all others (3.50)."
        )


def test_codes_that_are_all_the_same_and_too_few_images():
    assert observed.sentence(sample([[1, 1]] * 5, [0, 1, 2, 0, 1])).startswith("All codes here are")
    assert observed.sentence(sample([[1], [2]], [0, 1])) == ""


def test_the_nearest_other_code():
    y = np.random.default_rng(0).normal(size=(40, 7)).astype(np.float32)
    near, away = observed.nearest(y)
    for i in range(len(y)):
        distances = np.linalg.norm(y.astype(float) - y[i].astype(float), axis=1)
        distances[i] = np.inf
        assert near[i] == distances.argmin()
        assert np.isclose(away[i], distances.min())
