"""Report: a notebook and a page of what was trained."""
