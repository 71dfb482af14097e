"""Models that another program runs, watched while it does."""
