"""Storyboard → frames → file. Imports core, lessons and theme; nothing imports it but scenes and the command line."""
