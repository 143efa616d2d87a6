"""Design: a network of one's own, layer by layer, until it is one that can be trained."""
