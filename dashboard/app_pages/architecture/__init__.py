"""Architecture: a network drawn to scale, layer by layer."""
