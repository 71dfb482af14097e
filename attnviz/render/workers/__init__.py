"""Processes that draw: on this machine, or of a cluster."""
