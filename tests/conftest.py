from hypothesis import settings

# The same examples in every run, and none judged by the clock: a busy machine is no bug.
settings.register_profile("attnviz", deadline=None, derandomize=True)
settings.load_profile("attnviz")
