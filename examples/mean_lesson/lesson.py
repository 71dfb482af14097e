"""The record of the lesson: what it is called, and what it takes."""

from attnviz.lessons.lesson import Lesson

LESSON = Lesson("mean", __package__, takes_sequence=True)
