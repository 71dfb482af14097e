"""The functions that a Python program calls, and what they share with the command line: from options to results."""
