"""The stage of every scene: beats, captions, how long they are held, and the sidebar."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from manim import Animation, AnimationGroup, FadeIn, FadeOut, Mobject, Scene, VGroup

from attnviz.records import record
from attnviz.story.i18n import Words, language, words
from attnviz.story.storyboard import Step, Storyboard
from attnviz.views.film.choreography import fade_out_then_in, transform_cells
from attnviz.views.film.components.header_footer import (
    CaptionView,
    Header,
    hairlines,
    notes_line,
    omitted_line,
)
from attnviz.views.film.components.matrix import MatrixView
from attnviz.views.film.components.text import Line
from attnviz.views.film.sidebar import Sidebar, SidebarMatrix
from attnviz.views.film.style import Style
from attnviz.views.film.timing import LEAST_CARD, LEAST_HOLD, READ_WHILE_MOVING, TimeSpan

_SWAP = 0.35
_SLACK = 1e-3
"""Of a frame."""


@record
class Beat:
    """One part of the narration with its caption and its time."""

    step: str
    part: str
    caption: str
    start: float
    """Seconds from the beginning."""
    end: float

    @property
    def name(self) -> str:
        return f"{self.step}.{self.part}"


class Stage(Scene):
    """A scene of a storyboard: beats, captions, the sidebar. What is played on it is up to its subclasses.

    Set `storyboard` (and `style`, `only`) on a subclass, or on the instance before `render()`. `only` names the steps
    that are told; the others are taken as told before.
    """

    storyboard: Storyboard
    make_storyboard: Callable[[], Storyboard]
    """Makes the storyboard where none is set, as by `manim render`."""
    style: Style = Style()
    only: tuple[str, ...] = ()
    voice_seconds: Mapping[str, float] = {}
    """Seconds that a voice takes for a beat, by the beat's name; the beat lasts at least as long."""
    card_seconds: float | None = None
    """Seconds that a title card stands."""

    def setup(self) -> None:
        if not hasattr(self, "storyboard"):
            self.storyboard = self.make_storyboard()
        self.beats: list[Beat] = []
        self.camera.background_color = self.style.theme.background
        self.words: Words = words(self.storyboard.language)
        self.sidebar = Sidebar(self.style)
        # manim's own clock counts whole frames: holds must not depend on how many frames a second there are
        self.clock = 0.0
        self.time_spans: list[TimeSpan] = []
        self._caption: CaptionView | None = None
        self._omitted: Line | None = None
        self._header: Header | None = None
        self._opening: Step | None = None
        """The step that has begun and of which nothing is said yet."""
        self._frame: list[Mobject] = [hairlines(self.style), self.sidebar]
        if self.storyboard.brief_notes:
            self._frame.append(notes_line(" · ".join(self.storyboard.brief_notes), self.style))
        self.add(*self._frame)

    def skip_step(self, step: Step) -> None:
        """Skips a step, adding the matrices that it keeps to the sidebar."""
        if step.on_sidebar:
            for each in self.sidebar.matrices_to_keep(step):
                self.keep_on_sidebar(self.sidebar.place(each, self.storyboard.numbers))

    def open(self, step: Step) -> None:
        """Begins a step. Its heading and its note on omitted entries come with its first caption: the caption of
        the step before is not shown under a new heading, nor is an empty stage.
        """
        self.next_section(step.id)
        self._opening = step
        if self._header is None:
            self._header = Header(self.storyboard, step, self.style)
            self.move(FadeIn(self._header), seconds=0.6)

    def move(self, *animations: Animation, seconds: float = 1.0) -> None:
        """Plays animations together, in that time at normal pace."""
        run_time = seconds * self.style.pace.moves
        self.clock += run_time
        self.time_spans.append(TimeSpan(moving=seconds))
        self.play(*animations, run_time=run_time)

    def hold(self, seconds: float) -> None:
        """Nothing moves for that time at normal pace."""
        self.time_spans.append(TimeSpan(still=seconds))
        self._hold_still(seconds * self.style.pace.holds)

    def _hold_still(self, seconds: float, *, whole: bool = False) -> None:
        """Waits until the frames have caught up with the clock; if `whole`, for no less than that time."""
        rate = self.camera.frame_rate
        self.clock += seconds
        # moves take whole frames, and so more than their time: what stands makes up for it
        left = round((self.clock - self.renderer.time) * rate - _SLACK)
        least = math.ceil(seconds * rate - _SLACK) if whole else round(seconds * rate / 2)
        count = max(left, least, 1)
        # manim takes off what is no whole frame: a little more than one keeps it from taking off a frame too many
        self.wait((count + _SLACK) / self.camera.frame_rate)

    @contextmanager
    def beat(self, step: Step, part: str) -> Iterator[None]:
        """Says a part of the step's narration, shows what is played inside, and holds until it can be read."""
        start = self.renderer.time
        text = step.narration[part]
        self._show_caption(text)
        moved_from, first = self.clock, len(self.time_spans)
        yield
        reading = len(text) / language(self.storyboard.language).reading_speed
        moved = self.clock - moved_from
        speaking = self.voice_seconds.get(f"{step.id}.{part}", 0.0)
        # a viewer reads while things move, but not all of that time
        still = max(LEAST_HOLD, reading - READ_WHILE_MOVING * moved) * self.style.pace.holds
        if self.card_seconds is not None:
            still = max(self.card_seconds - moved, LEAST_CARD)
        self._hold_still(max(still, speaking - moved), whole=speaking > 0)
        spans = self.time_spans[first:]
        self.time_spans[first:] = [
            TimeSpan(
                moving=sum(each.moving for each in spans),
                still=sum(each.still for each in spans),
                reading=reading,
                speaking=speaking,
                duration=self.card_seconds,
            )
        ]
        beat = Beat(step.id, part, text, start, self.renderer.time)
        self.beats.append(beat)
        self.add_subcaption(text, duration=beat.end - start, offset=start - beat.end)
        self.beat_ended(beat)

    def beat_ended(self, beat: Beat) -> None:
        """Called at the end of every beat, for whoever watches: a progress bar, a test."""

    def _show_caption(self, text: str) -> None:
        leaving: list[Mobject | None] = [self._caption]
        self._caption = CaptionView(text, self.style, self.storyboard.language)
        entering: list[Mobject | None] = [self._caption]
        if self._opening is not None:
            old_title, title = self._new_header(self._opening)
            leaving += [self._omitted, old_title]
            left_out = self._opening.omitted
            self._omitted = omitted_line(left_out, self.style) if left_out else None
            entering += [self._omitted, title]
            self._opening = None
        self.move(
            fade_out_then_in(
                *[[each for each in group if each is not None] for group in (leaving, entering)]
            ),
            seconds=_SWAP,
        )

    def _new_header(self, step: Step) -> tuple[Mobject | None, Mobject | None]:
        """Replaces the header by that of the step, except for the titles; returns the old and the new title."""
        old = self._header
        header = Header(self.storyboard, step, self.style)
        if old is None or old.step_title.text == header.step_title.text:
            return None, None
        self.remove(old)
        self.add(header)
        self._header = header
        return old.step_title, header.step_title

    def clear_stage(self, *kept: Mobject) -> None:
        """Fades everything out but the header, the sidebar, the caption and what is kept."""
        staying = {id(m) for m in (*self._frame, self._caption, self._header, self._omitted, *kept)}
        # manim leaves the groups that it animates behind, empty: to fade them takes time, and nothing is seen
        leaving = [
            m for m in self.mobjects if id(m) not in staying and m.family_members_with_points()
        ]
        if leaving:
            self.move(*[FadeOut(each) for each in leaving], seconds=0.5)

    def dock(self, view: MatrixView, docked: SidebarMatrix, *along: Animation) -> None:
        """Shrinks the cells of a view onto the sidebar."""
        old, new = view.cells, docked.view.cells
        if len(old) == len(new):
            shrinking = transform_cells(old, new)
        else:  # there it stands in fewer blocks than here
            away = FadeOut(old, target_position=new.get_center(), scale=new.width / old.width)
            shrinking = AnimationGroup(away, FadeIn(new), lag_ratio=0.3)
        self.move(shrinking, FadeIn(docked.title), *along, seconds=0.9)
        self.remove(*old.get_family(), *new.get_family(), docked.title)
        self.keep_on_sidebar(docked)

    def from_sidebar(self, view: Mobject, symbol: str) -> Animation:
        """Fades in a large copy of a matrix from the sidebar; the original stays."""
        docked = self.sidebar.of(symbol).view
        share = min(docked.height / view.height, 1.0) if view.height else 1.0
        return FadeIn(view, target_position=docked.get_center(), scale=share)

    def keep_on_sidebar(self, docked: SidebarMatrix) -> None:
        """Adds a matrix to the sidebar."""
        self.remove(docked)
        self.sidebar.put(docked)

    def move_to_score_stack(self, cells: VGroup, row: VGroup, names: VGroup) -> None:
        """The cells of a row become the first row of the score stack."""
        title, view = row
        self.move(transform_cells(cells, view.cells), FadeIn(title), FadeIn(names), seconds=1.0)
        self.remove(*cells.get_family(), *view.get_family(), title)
        self.add(row)

    def add_as_group(self, group: VGroup) -> None:
        """Replaces mobjects that were added one by one by their group."""
        self.remove(*group.get_family())
        self.add(group)
