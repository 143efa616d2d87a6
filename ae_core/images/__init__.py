"""Images as 8-bit arrays: noise, metrics, grids of them, colours for codes and errors, files."""
