"""The built-in examples, a .toml file each."""
