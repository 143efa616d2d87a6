"""Data: the sets of images, and one's own."""
