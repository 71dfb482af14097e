"""Video files: parts joined into one .mp4 with chapters, subtitles and sound, and captions as files of their own."""
