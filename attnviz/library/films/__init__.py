"""Films of lessons and lectures: what is to be filmed, planned, drawn, and written with its captions beside it."""
