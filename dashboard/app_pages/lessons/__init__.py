"""Lessons: those that come with the program, those kept here, and one in the making."""
