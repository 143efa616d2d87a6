"""What those who maintain the program do now and then: ``python -m ae_core.maintenance --help``.

``tune_denoisers`` looks for the peers' best settings, ``publish`` turns a run into a shipped one,
``refit`` counts a rate network's tables anew. Nothing here writes into the program's own folder
unless it is named.
"""
