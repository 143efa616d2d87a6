"""Denoise: networks beside classical denoisers."""
