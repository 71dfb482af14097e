"""The fast renderer: plans what is to be drawn, draws what is not there yet, in as many processes as there are, and joins it."""
