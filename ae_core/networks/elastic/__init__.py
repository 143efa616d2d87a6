"""The elastic network: one code for every size, at every noise level.

``network.py`` builds it, ``single.py`` that of larger images, ``short.py`` the layers of the shortest
codes, which ``fitting.py`` trains alone; ``layers.py`` has its layers, ``bands.py`` the code sizes
that share a decoder, ``training.py`` what its training minimises, ``graph.py`` its stored graph with
what one size needs.
"""
