"""How each step of a lesson is acted: one function a step, (scene, step), from the shelf and back to it.

An act may leave things in `scene.carried` for the next; each act also works without them, so that any step can be
told alone.
"""
