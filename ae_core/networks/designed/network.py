"""The Keras side of a designed network: it is built from its plan, and its code's penalty counted."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from ae_core.config import TrainConfig
from ae_core.images import noise
from ae_core.networks import designed, objective
from ae_core.networks.designed import notation
from ae_core.networks.designed.plan import DECODER, ENCODER, Call, Plan
from ae_core.networks.layers import autoencoder

Shape = tuple[int, int, int]
_FAINT = 0.1  # of the usual weights of a last layer, beside which the mean image could not be seen
_VALUES = 2**24  # of images from which their mean is found
_MEANS = 0.01, 0.99  # of a pixel: a sigmoid reaches neither 0 nor 1


def build(image_shape: Shape, config: TrainConfig) -> keras.Model:
    """Build the network: x (N, H, W, C) in [0, 1] → x_hat of the same shape.

    Raises:
        UserError: a layer of the design cannot be.
    """
    return of(designed.planned(config, image_shape).require(), config.network)


def of(found: Plan, name: str) -> keras.Model:
    """Build the network of a plan without errors."""
    encoder = _half(found, ENCODER, keras.Input(found.image_shape, name="x"))
    decoder = _half(found, DECODER, keras.Input(found.code_shape, name="y"))
    return autoencoder(encoder, decoder, name)


def _half(found, part: str, start) -> keras.Model:
    made = {start.name: start}
    for step in found.steps:
        if step.part == part:
            options = {name: _made(value) for name, value in step.options.items()}
            layer = getattr(keras.layers, step.keras)(**options, name=step.name)
            inputs = [made[name] for name in step.inputs]
            made[step.name] = last = layer(inputs if len(inputs) > 1 else inputs[0])
    return keras.Model(start, last, name=part)


def _made(value):
    if isinstance(value, Call):
        return getattr(getattr(keras, value.module), value.name)(**value.options)
    return value


def start(network: keras.Model, x: np.ndarray, weights: np.ndarray) -> None:
    """Let the network begin with the mean image: the bias of its last layer, before a sigmoid.

    Else all images push the code the same way at first, and one of a few ReLU values is soon zero for
    every image, which nothing brings back. A last layer of another activation is left as it is.

    Args:
        network: as built.
        x: training images, uint8 (N, H, W, C).
        weights: how often each counts, (N,).
    """
    layers = network.get_layer("decoder").layers
    biased = [layer for layer in layers if getattr(layer, "bias", None) is not None]
    if not biased or getattr(biased[-1], "activation", None) is not keras.activations.sigmoid:
        return
    some = slice(None, None, -(-x.size // _VALUES))
    mean = np.average(x[some].reshape(len(x[some]), -1), axis=0, weights=weights[some]) / 255
    kernel, bias = biased[-1].kernel, biased[-1].bias
    drawn = ops.convert_to_numpy(kernel)
    usual = 1 / np.sqrt(drawn.size / bias.shape[0])
    kernel.assign(drawn * _FAINT * usual / max(drawn.std(), np.finfo(np.float32).tiny))
    mean = np.clip(mean if bias.shape == mean.shape else mean.mean(), *_MEANS)
    bias.assign(np.broadcast_to(np.log(mean / (1 - mean)), bias.shape))


class Objective(objective.Objective):
    """The loss of the reconstructions, and the penalty on their codes.

    "l1" adds weight · Σ|y| (as Keras's activity regulariser does); "kl" adds weight · KL / (H W C),
    which with a loss that is a mean over the values of an image is the bound of Kingma & Welling
    (2014, appendix B), and with a weight other than 1 that of Higgins et al. (2017).
    """

    def __init__(self, network: keras.Model, config: TrainConfig):
        super().__init__(network, config)
        self.code = notation.parse(config.design).code
        self.encoder, self.decoder = network.get_layer("encoder"), network.get_layer("decoder")
        if self.code.penalty == "kl":
            outputs = [self.encoder.get_layer(n).output for n in ("mean", "log_variance")]
            self.encoder = keras.Model(self.encoder.inputs, [*self.encoder.outputs, *outputs])

    def losses(self, x, seeds, training):
        x_noisy, _ = noise.corrupt_on_device(x, self.config.noise, seeds)
        y = self.encoder(x_noisy, training=training)
        y, *moments = y if isinstance(y, (list, tuple)) else [y]
        loss = self.distances(x, self.decoder(y, training=training))
        if self.code.penalty == "l1":
            return loss + self.code.weight * ops.sum(ops.abs(_rows(y)), axis=1)
        if self.code.penalty == "kl":
            mean, log_variance = map(_rows, moments)
            terms = ops.square(mean) + ops.exp(log_variance) - log_variance - 1.0
            pixels = x.shape[1] * x.shape[2] * x.shape[3]
            return loss + self.code.weight * 0.5 * ops.sum(terms, axis=1) / pixels
        return loss


def _rows(values):
    return ops.reshape(ops.cast(values, "float32"), (ops.shape(values)[0], -1))
