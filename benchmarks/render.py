"""Time to make films: by attnviz, by stock manim, and for encoding the same frames alone.

python benchmarks/render.py [--quality high] [--times 3] [PART …]

Prints figures and asserts nothing; behind a figure, in brackets, is what is demanded of it at 1080p60 on two cores. The
machine should have nothing else to do. Parts, of which the first four are timed in turns:

  stock     the reference film, which is the lesson self-attention, by `manim render`
  ours      the same by `attnviz render`, the whole command
  jobs      the same in 1, 2, 4 … processes, up to the cores
  floor     its frames encoded, and nothing else
  memory    the most that any process has in memory, and whether that grows with the film
  caption   the film again after one caption was changed
  unchanged the film again
  plain     a scene that somebody wrote for manim: --scene FILE.py:NAME
  makespan  what many workers would make of it
  tokens200 the lesson on two hundred tokens
  lecture   examples/lecture.toml, in English
  quality   how both decoded films look beside what manim drew, and their sizes
  all       all of these, which is the default
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import benchmark_films
from bench import Bench
from measuring import Timing, interleaved, peak_memory, print_figure, print_machine, seconds
from similarity import MEASURE, likeness
from simulated_workers import assigned_ranges, measured, simulated

from attnviz.library.films.render_resources import cores

_MANY = (2, 4, 16, 64)
"""Workers."""
_MILLION = 1e6


def in_seconds(what: str, timing: Timing, *beside: str) -> None:
    print_figure(what, f"{timing.median:.2f} s", timing.spread, *beside)


def faster(stock: Timing, ours: Timing, demanded: str = "") -> str:
    return f"stock / ours {stock.median / ours.median:.2f}{demanded}"


def reference(bench: Bench, parts: set[str]) -> None:
    """Times the parts about the reference film, interleaved."""
    whole = cores()
    numbers = [1 << n for n in range(whole.bit_length())] if "jobs" in parts else []
    numbers = sorted({*numbers, *([whole] if parts & {"jobs", "ours"} else [])})
    runs: dict[str, Callable[[], float]] = {}
    if "stock" in parts:
        runs["stock"] = bench.stock
    runs |= {_ours(n): partial(bench.ours, jobs=n) for n in numbers}
    if "floor" in parts:
        _ = bench.segments  # are not to be drawn while the others are timed
        runs["floor"] = bench.floor
    timings = interleaved(runs, bench.times)
    stock, floor, best = timings.get("stock"), timings.get("floor"), timings.get(_ours(whole))
    if stock:
        in_seconds("reference film, manim render", stock)
    for n in numbers:
        ours, ratios = timings[_ours(n)], []
        if stock:
            ratios.append(faster(stock, ours, " [at least 5]" if n == whole else ""))
        if n > 1 and _ours(1) in timings:
            ratios.append(f"1 job / {n} jobs {timings[_ours(1)].median / ours.median:.2f}")
        in_seconds(f"reference film, attnviz render, jobs {n}", ours, *ratios)
    if floor:
        above = [f"ours / floor {best.median / floor.median:.2f} [at most 2]"] if best else []
        in_seconds("reference film, its frames encoded: floor", floor, *above)


def _ours(jobs: int) -> str:
    return f"jobs {jobs}"


def memory(bench: Bench) -> None:
    """The most that any process has in memory."""
    short = benchmark_films.lecture_file(bench.folder / "short.toml", chapters=1)
    long = benchmark_films.lecture_file(bench.folder / "long.toml", chapters=3)
    what = {"reference film": (), "1 lesson in a lecture": (short,), "3 lessons": (long,)}
    for name, options in what.items():
        film = bench.folder / "memory.mp4"
        command = benchmark_films.ours(film, bench.quality, *options, "--no-cache", "--jobs", "2")
        own, workers = peak_memory(command, bench.folder)
        demanded = "[under 500]" if not options else f"{benchmark_films.frames_in(film)} frames"
        each = f"main process {own / _MILLION:.0f} MB, a worker {workers / _MILLION:.0f} MB"
        print_figure(f"memory, {name}", f"{max(own, workers) / _MILLION:.0f} MB", demanded, each)


def caption(bench: Bench) -> None:
    """The film again, after one caption in its middle was changed."""
    middle = min(bench.plan.beats, key=lambda beat: abs(beat.start + beat.end - bench.plan.seconds))
    *kept, _ = middle.caption.split(" ")
    changed = benchmark_films.lecture_file(
        bench.folder / "changed.toml", 1, (middle.name, " ".join([*kept, "so."]))
    )
    full = benchmark_films.lecture_file(bench.folder / "full.toml", 1)
    times: dict[str, list[float]] = {"full": [], "changed": []}
    drawn = 0
    for number in range(bench.times):
        cache = bench.folder / f"cache-{number}"
        for name, options in (("full", full), ("changed", changed)):
            before = _stored_segments(cache)
            times[name].append(_cached_seconds(bench, options, cache))
            drawn = _stored_segments(cache) - before
    first, again = (Timing(tuple(each)) for each in times.values())
    in_seconds("one lesson, nothing kept", first)
    share = f"{again.median / first.median:.1%} of that [at most 15 %]"
    parts = f"{drawn} of {len(bench.plan.segments)} segments drawn"
    in_seconds(f"again, caption {middle.name} changed", again, share, parts)


def _stored_segments(cache: Path) -> int:
    """The number of segments in the cache."""
    return sum(1 for _ in cache.rglob("*.mp4.*"))


def _cached_seconds(bench: Bench, options: str | None, cache: Path) -> float:
    """Seconds of a film of which parts may be in the cache."""
    film = bench.folder / "kept.mp4"
    command = benchmark_films.ours(film, bench.quality, *([options] if options else []))
    return seconds(command, bench.folder, cache)


def unchanged(bench: Bench) -> None:
    """The film again."""
    cache = bench.folder / "cache-unchanged"
    _cached_seconds(bench, None, cache)
    run = {"again": partial(_cached_seconds, bench, None, cache)}
    in_seconds(
        "reference film again, unchanged", interleaved(run, bench.times)["again"], "[under 3]"
    )


def beside_stock(
    bench: Bench, what: str, ours: tuple[str, ...], stock: str, demanded: str = ""
) -> None:
    """A film by both: `ours` is what attnviz is asked for, and `stock` the scenes that manim renders."""
    runs = {
        "stock": partial(benchmark_films.stock_seconds, stock, bench.quality, bench.folder),
        "ours": partial(bench.ours, *ours),
    }
    timings = interleaved(runs, bench.times)
    in_seconds(f"{what}, manim render", timings["stock"])
    in_seconds(f"{what}, attnviz render", timings["ours"], faster(*timings.values(), demanded))


def plain(bench: Bench) -> None:
    """A scene that somebody wrote for manim."""
    beside_stock(bench, "scene of a user", (bench.scene,), bench.scene, " [at least 3]")


def tokens200(bench: Bench) -> None:
    """The lesson on two hundred tokens."""
    scenes = benchmark_films.scene_file(benchmark_films.of_tokens(bench.quality), bench.folder)
    beside_stock(bench, "200 tokens", (benchmark_films.TOKENS,), str(scenes))


def lecture(bench: Bench) -> None:
    """The whole lecture; by manim, its chapters one after the other."""
    scenes = benchmark_films.scene_file(benchmark_films.of_lecture(bench.quality), bench.folder)
    beside_stock(bench, "lecture", (str(benchmark_films.LECTURE), "--lang", "en"), str(scenes))


def makespan(bench: Bench) -> None:
    """Simulates the reference film on many workers."""
    segments, folder = bench.plan.segments, bench.folder / "shared"
    folder.mkdir()
    costs = measured(bench.film, segments)
    alone = simulated(assigned_ranges(bench.film, segments, 1, folder), costs, 1).makespan
    longest = max(costs.drawing.values())
    print_figure(
        "drawing alone, 1 worker",
        f"{alone:.2f} s",
        f"longest of {len(segments)} segments {longest:.2f} s",
    )
    print_figure("a play told without drawing", f"{costs.passing * 1000:.1f} ms")
    for workers in _MANY:
        ranges = assigned_ranges(bench.film, segments, workers, folder)
        outcome = simulated(ranges, costs, workers)
        print_figure(
            f"simulated, {workers} workers",
            f"{outcome.makespan:.2f} s",
            f"1 / {workers} workers {alone / outcome.makespan:.2f}",
            f"at work {outcome.load:.0%} of the time",
            f"longest of {len(ranges)} ranges {max(map(costs.drawn, ranges)):.2f} s",
        )


def quality(bench: Bench) -> None:
    """Similarity and sizes of both decoded films."""
    if not bench.stock_film.exists():
        bench.stock()
    if not bench.our_film.exists():
        bench.ours()
    files = {"stock": bench.stock_film, "ours": bench.our_film}
    verdicts = likeness(bench.film, bench.plan, files)
    print(f"decoded against what manim draws: {verdicts['ours'].frames} frames, {MEASURE}")
    for name, each in verdicts.items():
        print_figure(
            f"mean SSIM, {name}",
            f"{each.similarity:.5f}",
            f"least {each.least:.5f}",
            f"PSNR {each.ratio:.2f} dB",
            f"pictures {benchmark_films.size_of(files[name]) / 1000:.0f} kB",
            f"file {files[name].stat().st_size / 1000:.0f} kB",
            f"{benchmark_films.frames_in(files[name])} frames",
        )
    print("[ours at least as like, and no larger]")


_IN_TURNS = ("stock", "ours", "jobs", "floor")
_PARTS: dict[str, Callable[[Bench], None]] = {
    each.__name__: each
    for each in (memory, caption, unchanged, plain, makespan, tokens200, lecture, quality)
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", default=["all"])
    parser.add_argument("--quality", choices=("low", "medium", "high", "4k"), default="high")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--scene", metavar="FILE.py:NAME", default=benchmark_films.PLAIN)
    options = parser.parse_args()
    every = {*_IN_TURNS, *_PARTS}
    parts = every if "all" in options.parts else set(options.parts)
    if parts - every:
        parser.error(f"no such part: {', '.join(sorted(parts - every))}")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(
            folder / "cache"
        )  # what its user has drawn plays no part
        print_machine()
        print(f"--quality {options.quality} --times {options.times}")
        bench = Bench(options.quality, options.times, str(Path(options.scene).absolute()), folder)
        if parts & {*_IN_TURNS}:
            reference(bench, parts)
        for part, run in _PARTS.items():
            if part in parts:
                run(bench)


if __name__ == "__main__":
    main()
