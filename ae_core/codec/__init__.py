"""From codes to bytes and back.

So far one simple form: `quantise`, an 8-bit uniform quantiser and one deflated stream, which makes
the "stored" accounting of a code a count of real bytes.
"""

from ae_core.codec.quantise import Quantiser

__all__ = ["Quantiser"]
