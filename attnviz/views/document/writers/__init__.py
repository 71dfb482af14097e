"""Document formats, a module each with its record `FORMAT`; helpers of theirs are a folder up."""
