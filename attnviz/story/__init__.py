"""What a lesson is made of: steps, exhibits, matrices, calculations, captions, languages. Knows no screen."""
