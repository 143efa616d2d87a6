"""Lessons: links to pages, each with a sentence, one after another; and the frame that shows them."""
