"""Files that anybody may have written, read within bounds: each gives a value or says what is wrong.

Nothing is made that is larger than a file may hold (:mod:`ae_core.files.reading.bounds`) before
that is known; nothing is unpickled; whatever a library raises becomes one :class:`Damaged`.
"""

from ae_core.files.reading.arrays import array, arrays
from ae_core.files.reading.content import UNREADABLE, Damaged, contents, plain_file
from ae_core.files.reading.kept import kept
from ae_core.files.reading.models import KerasFile, keras_file
from ae_core.files.reading.objects import parse, read_json
from ae_core.files.reading.shapes import fault, fits
from ae_core.files.reading.tables import table

__all__ = [
    "UNREADABLE",
    "Damaged",
    "KerasFile",
    "array",
    "arrays",
    "contents",
    "fault",
    "fits",
    "keras_file",
    "kept",
    "parse",
    "plain_file",
    "read_json",
    "table",
]
