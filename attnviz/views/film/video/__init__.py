"""Chapters put together as one film, and what made it, written into the film and read back."""
