"""Trained models: found, opened and run with NumPy up to one layer, whose attention becomes a Problem."""
