"""What happens to scores between q kᵀ and softmax: one modification a file, put in order by `composition`."""
