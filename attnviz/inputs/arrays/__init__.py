"""Arrays by what they mean: vectors, weights, queries with keys and values, attention, masks, biases, the scale."""
