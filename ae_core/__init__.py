"""Autoencoders on images: data, noise, networks, training, quality, codecs and runs.

The command line (``python -m ae_core``) and the dashboard call the same functions of this package.
Importing it loads neither TensorFlow nor Streamlit.
"""
