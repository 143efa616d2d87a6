"""The dense autoencoder: a network in the coordinates of PCA, which starts there and improves on it.

``network.py`` builds it, ``layers.py`` has its layers, ``training.py`` how a training of it begins.
"""
