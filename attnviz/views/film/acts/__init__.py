"""Acts that several lessons share; `exhibits.show` plays any step that has exhibits."""
