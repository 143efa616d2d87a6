"""Explore: images through trained networks."""
