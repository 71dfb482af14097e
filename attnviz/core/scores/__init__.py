"""Modifications of the scores between q kᵀ and softmax: one a file, put in order by `composition`."""
