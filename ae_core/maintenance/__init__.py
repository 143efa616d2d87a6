"""What those who maintain the program do now and then: ``python -m ae_core.maintenance --help``.

``tune_denoisers`` looks for the peers' best settings, ``publish`` turns a run into a shipped one,
``refit`` makes a part of a network anew: a rate network's tables, an elastic one's shortest codes.
Nothing here writes into the program's own folder unless it is named.
"""
