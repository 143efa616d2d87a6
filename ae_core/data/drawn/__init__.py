"""Images that the program draws itself: letters and house numbers, deterministic from a seed.

`letters.draw` makes cousins of notMNIST and `numbers.draw` cousins of SVHN, so that everything
works without a network. Both read only fonts and photographs that came with installed packages.
"""

# Raised whenever the same seed gives other images, so that caches made before are not used.
VERSION: int = 2
