"""Many trainings asked for at once: code sizes × noise levels × networks × seeds.

A sweep is a small folder (`artifacts/sweeps/<name>/`) that says what was asked; each of its trials
is a run folder like any other, with a name made from the sweep's, so that where a sweep stands is
read from the runs themselves and nothing is ever trained twice. `plan` makes the trials, `store`
keeps the sweep and reads the matrix, `queue` is the one queue, `local` gives it the devices of this
machine and `cluster` those of a Ray cluster.
"""
