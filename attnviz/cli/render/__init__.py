"""attnviz render."""
