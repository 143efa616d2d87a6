"""What several pages draw alike."""

from dashboard.components.controls import noise_levels


def test_every_level_up_to_a_bound_then_the_usual_ones():
    levels = noise_levels("gaussian", 12.5, fine_to=75)
    assert levels == sorted([*range(76), 12.5, 80, 85, 90, 95, 100])
    assert noise_levels("masking", fine_to=0) == list(range(0, 91, 5))
