"""The views of a storyboard: terminal, document, picture, film."""
