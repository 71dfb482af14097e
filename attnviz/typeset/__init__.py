"""Text as outlines: which font draws a character, how a line is shaped, and how wide it is."""
