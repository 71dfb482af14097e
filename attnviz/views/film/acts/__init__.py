"""How the steps of lessons are acted: functions of (scene, step). `exhibits.show` acts any step that has exhibits; the
steps of the main lesson, and others where a move says more than a still, have a function of their own.

An act may leave things in `scene.carried` for the next; each act also works without them, so that any step can be
told alone.
"""
