import signal

from hypothesis import settings

# The same examples in every run, and none judged by the clock: a busy machine is no bug.
settings.register_profile("attnviz", deadline=None, derandomize=True)
settings.load_profile("attnviz")

# A run in the background is started with Ctrl-C ignored, and hands that on to every process it starts: the tests that
# interrupt one would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)
