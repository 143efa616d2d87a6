"""Images of networks, drawn from their files: no Keras, no TensorFlow is loaded."""
