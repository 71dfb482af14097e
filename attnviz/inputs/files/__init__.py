"""Files: pipes, encodings, tables, sheets, JSON, NumPy, safetensors, TOML. Every failure names the file."""
