"""Measures: of a head, of saturation, of costs, and of finding a match at a distance."""
