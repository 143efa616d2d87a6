"""The elastic network: one code of which every prefix is a code, at every noise level.

``network.py`` builds it, ``layers.py`` has its layers, ``bands.py`` the code sizes that share a
decoder, ``training.py`` what its training minimises, ``graph.py`` its stored
graph with one of the decoders.
"""
