"""manim's side: plays, pictures of them, and their identity."""
