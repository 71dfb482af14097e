"""A user's own scene: its file, its folder, its film."""
