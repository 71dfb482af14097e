"""Heads of a model as pictures: SVG and PNG."""
