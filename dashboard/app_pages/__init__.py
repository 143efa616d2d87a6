"""The pages, a folder each: ``page.py`` is what the menu opens."""
