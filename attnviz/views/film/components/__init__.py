"""Mobjects that know geometry, and nothing of lessons or time."""
