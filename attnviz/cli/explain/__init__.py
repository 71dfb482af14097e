"""attnviz explain."""
