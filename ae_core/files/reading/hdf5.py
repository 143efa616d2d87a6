"""HDF5 files of others: what they hold must lie in them."""

from __future__ import annotations

from typing import Any


def lies_elsewhere(data_set: Any) -> bool:
    """Return whether the values of an open h5py data set lie in other files.

    HDF5 reads them from wherever the file says, with the rights of the program that opens it: from a
    file that somebody sent in it would hand over what only the machine's owner may read.
    """
    return bool(data_set.external) or bool(data_set.is_virtual)
