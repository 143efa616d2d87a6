"""The CPU against the GPU: one network, the same batches, on every device of this machine.

:func:`measured` gives what was measured, as plain data: the results of this machine and those
recorded on others. :func:`run` measures (`python -m ae_core bench devices`), :mod:`.worker` does so
in a process of its own for the dashboard.

A result is one JSON file (:mod:`.schema`). Those measured here lie in
``artifacts/measurements/devices/own/``, those shipped with the program in
``artifacts/measurements/devices/recorded/``. A file is replaced whole after every cell, so that an
interrupted measurement keeps what it has.
"""

from ae_core.evaluation.bench.plan import BATCHES, SIZES, Contestant, Plan, parse, quick
from ae_core.evaluation.bench.runner import run
from ae_core.evaluation.bench.schema import SCHEMA
from ae_core.evaluation.bench.store import AGREEMENT_DB, measured
from ae_core.evaluation.bench.tables import as_csv, compared, hardware

__all__ = [
    "AGREEMENT_DB",
    "BATCHES",
    "SCHEMA",
    "SIZES",
    "Contestant",
    "Plan",
    "as_csv",
    "compared",
    "hardware",
    "measured",
    "parse",
    "quick",
    "run",
]
