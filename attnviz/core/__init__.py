"""The computation. Imports NumPy and `attnviz.errors`, and nothing else."""
