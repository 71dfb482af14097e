"""Convolutional networks: convolution and what brings its size back, receptive fields, the layers between."""
