"""Latent space: a map of codes, and walks between them."""
