"""Sets of a person's own images: reading files, making them one shape, storing them."""
