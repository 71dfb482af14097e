"""The parts of a lesson: steps, exhibits, matrices, calculations, captions, languages. Knows no screen."""
