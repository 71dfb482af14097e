"""The fast renderer: plans what there is to draw, draws what is not there yet in several processes, and joins it."""
