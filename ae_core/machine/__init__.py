"""The machine that the program runs on: its devices, processes, versions, and what it lacks."""
