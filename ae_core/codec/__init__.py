"""From codes to bytes and back.

`quantise` is an 8-bit uniform quantiser and one deflated stream, which makes the "stored" accounting
of any code a count of real bytes. Rate networks have the better form: `prior` says in whole
numbers how probable each value is, `entropy` writes values under it, `container` is the file around
them, `archive` goes from images to files and back, `targets` finds the level for a wish. `photo` is
the codec for photographs, which takes pictures whole.
"""

from ae_core.codec.quantise import Quantiser

__all__ = ["Quantiser"]
