"""The lecture file: chapters in order, each a lesson with its input or a title card; read, and checked."""
