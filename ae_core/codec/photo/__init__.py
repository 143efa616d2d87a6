"""The codec for photographs of any size: a linear convolutional autoencoder with a learned prior.

::

    x ── colours ── wavelets ── / step ── q ── range coder ── bytes
                                           └── * step ── wavelets⁻¹ ── colours⁻¹ ── sharpener ── x_hat

Its encoder and the first part of its decoder are a cascade of strided convolutions, `wavelet`, which
is not learned: it starts, and stays, at a transform that is close to orthonormal and invertible, so
that finer steps reach any quality. Learned from photographs are the networks that say how large each
coefficient will be, `scales`, and the convolutions that the decoder ends with, `sharpen`: both of
whole numbers, the same on every machine. `coder` writes the bytes, `picture` puts all together.
"""

from ae_core.codec.photo.numbers import load
from ae_core.codec.photo.picture import PhotoCodec

__all__ = ["PhotoCodec", "load"]
