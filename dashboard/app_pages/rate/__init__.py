"""Rate and quality: bytes against quality, beside other codecs."""
