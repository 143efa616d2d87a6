"""Commands for those who maintain the program: tuning peers, publishing runs, refitting tables."""
