"""python -m attnviz"""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # Python has put the working directory there, and a numpy.py in it is not the one that is meant.
        del sys.path[0]
    from attnviz.cli import main

    main()
