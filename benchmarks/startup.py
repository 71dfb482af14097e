"""Time of `attnviz explain`, beside importing its libraries. Medians of interleaved runs of new processes.

python benchmarks/startup.py [RUNS]
"""

import statistics
import subprocess
import sys
import time

BASE = [sys.executable, "-c", "import numpy, click, rich.console"]
EXPLAIN = [sys.executable, "-m", "attnviz", "explain"]
RUNS = 15


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    for command in (BASE, EXPLAIN):
        seconds(command)  # the first run reads from the disk
    pairs = [(seconds(BASE), seconds(EXPLAIN)) for _ in range(runs)]
    base, explain = (statistics.median(each) for each in zip(*pairs, strict=True))
    print(f"import numpy, click, rich.console  {base * 1000:6.0f} ms, median of {runs}")
    print(f"attnviz explain                    {explain * 1000:6.0f} ms, median of {runs}")
    print(f"ratio                              {explain / base:6.2f}")


if __name__ == "__main__":
    main()
