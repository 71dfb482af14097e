"""attnviz heads."""
