"""A lesson from outside of attnviz: attention with equal weights is the mean.

    import attnviz
    from mean_lesson.lesson import LESSON

    attnviz.register_lesson(LESSON)
    attnviz.explain(attnviz.trace("the cat sat"), lesson="mean")

An installed package needs no such call. It names the lesson in its pyproject.toml, and the command line finds it:

    [project.entry-points."attnviz.lessons"]
    mean = "mean_lesson.lesson:LESSON"
"""
