"""What was measured, as the terminal says it."""

from ae_core.cli import tables


def saving(against, percent, low, high, everywhere):
    about = {"against": against, "against_accounting": "archive", "percent": percent}
    return about | {"from_db": low, "to_db": high, "fewer_bits_everywhere": everywhere}


def test_a_saving_names_the_range_compared_and_one_over_a_hair_is_not_given(capsys):
    lines = [
        saving("PCA", -54.4, 16.36, 16.39, None),
        saving("JPEG", -31.0, 16.4, 24.7, True),
        saving("WebP", -12.5, 22.0, 39.0, True),
        saving("AVIF", None, None, None, None),
    ]
    tables.savings({"tests": [{"data": "x", "images": 8, "origin": "drawn", "bd_rate": lines}]})
    pca, jpeg, webp, avif = capsys.readouterr().out.splitlines()[2:]
    assert "%" not in pca and "too little in common: less than 2 dB" in pca
    assert jpeg.endswith("-31.0%  16.4 to 24.7 dB")
    assert webp.endswith("-12.5%  22.0 to 39.0 dB, fewer everywhere from 24.0 to 34.0 dB")
    assert "too little in common" in avif
