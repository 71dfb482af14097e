"""Models in a .gguf file: its header, names, weights and tokenizer."""
