"""Families of models: one file each, the layers that they share, and the table of those that are known."""
