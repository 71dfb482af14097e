"""manim's renderer at its own seams: whether a play is drawn, and how, is decided here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from manim import CairoRenderer, Camera, Scene
from manim.scene.scene_file_writer import SceneFileWriter

from attnviz.render.drawing.camera import FastCamera
from attnviz.render.drawing.canvas import Canvas
from attnviz.render.drawing.plays import (
    Fingerprint,
    PlayKind,
    begin,
    changing,
    count_of,
    displayed,
    finish,
    frames,
    keeps_parts,
    kind_of,
    remember_families,
)
from attnviz.render.drawing.timeline import Play
from attnviz.render.video.encoder import SegmentEncoder


class _SectionWriter(SceneFileWriter):
    """manim's writer, which writes nothing here: it remembers the sections, and mixes the sounds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.begun: list[str] = []
        super().__init__(*args, **kwargs)

    def next_section(self, name: str, *args: Any, **kwargs: Any) -> None:
        self.begun.append(name)
        super().next_section(name, *args, **kwargs)


class PlayRenderer(CairoRenderer, ABC):
    """Runs a scene play by play, on a clock of whole frames; subclasses decide what is done with each play."""

    def __init__(self, camera_class: type[Camera] = Camera) -> None:
        fast = FastCamera if camera_class is Camera else camera_class
        super().__init__(file_writer_class=_SectionWriter, camera_class=fast)
        self.frames = 0
        self.sections: list[tuple[str, int]] = []
        """The name of each section, and the frame that it begins with."""
        self._skipped_seconds = 0.0

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        self._note_sections()
        self.skip_animations = False
        scene.compile_animation_data(*args, **kwargs)
        kind = kind_of(scene)
        if self.file_writer.sections[-1].skip_animations:
            self.skip_section(scene, kind)
        else:
            self.frames += self.perform(scene, kind)
        # manim's own clock runs on as asked where nothing is drawn; a film has whole frames
        self.time = self._skipped_seconds + self.frames / self.camera.frame_rate
        self.num_plays += 1

    @abstractmethod
    def perform(self, scene: Scene, kind: PlayKind) -> int:
        """Takes the scene to the end of the play that it has compiled; gives how many frames that are."""

    def skip_play(
        self, scene: Scene, kind: PlayKind, on_step: Callable[[], None] = lambda: None
    ) -> int:
        """Takes the scene to the end of the play without drawing it; gives how many frames that are.

        `on_step` is called in every frame that has to be gone through.
        """
        begin(scene)
        count = count_of(scene, kind, self.camera.frame_rate)
        if kind is PlayKind.STEPPED:
            count = 0  # it may stop earlier
            for _ in frames(scene, kind, self.camera.frame_rate):
                on_step()
                count += 1
        finish(scene, kind)
        return count

    def skip_section(self, scene: Scene, kind: PlayKind) -> None:
        """A section that its author skips: manim jumps to the end of each play, and its clock runs on."""
        self.skip_animations = True  # a sound that follows is not heard either
        begin(scene)
        if kind is not PlayKind.STILL:
            scene.update_to_time(scene.duration)
        finish(scene, kind)
        self._skipped_seconds += scene.duration

    def _note_sections(self) -> None:
        self.sections += [(name, self.frames) for name in self.file_writer.begun]
        self.file_writer.begun.clear()

    def scene_finished(self, scene: Scene) -> None:
        """Nothing is to be written."""
        self._note_sections()

    def update_frame(self, *args: Any, **kwargs: Any) -> None:
        """manim draws when it likes; here it is drawn when a frame is needed."""


class PlanningRenderer(PlayRenderer):
    """Draws nothing, and records the plays that there are to draw."""

    def __init__(
        self,
        camera_class: type[Camera] = Camera,
        on_frames: Callable[[int], None] = lambda n: None,
        on_play: Callable[[Play], None] = lambda play: None,
    ) -> None:
        super().__init__(camera_class)
        self.plays: list[Play] = []
        self._on_frames, self._on_play = on_frames, on_play

    def perform(self, scene: Scene, kind: PlayKind) -> int:
        fingerprint = Fingerprint(scene, kind)
        moving = 0 if kind is PlayKind.STILL else len(changing(scene.animations))

        def step() -> None:
            fingerprint.frame()
            self._on_frames(0)

        count = self.skip_play(scene, kind, step)
        self._add(Play(count, fingerprint.key(count), kind is PlayKind.STILL, moving))
        self._on_frames(count)
        return count

    def skip_section(self, scene: Scene, kind: PlayKind) -> None:
        super().skip_section(scene, kind)
        self._add(Play(0, None, still=False))

    def _add(self, play: Play) -> None:
        self.plays.append(play)
        self._on_play(play)


class DrawingRenderer(PlayRenderer):
    """Draws the plays for which `encoder_for` gives an encoder, and passes the others by."""

    def __init__(
        self,
        encoder_for: Callable[[int], SegmentEncoder | None],
        on_drawn: Callable[[Play], None],
        camera_class: type[Camera] = Camera,
        on_frames: Callable[[int], None] = lambda n: None,
    ) -> None:
        super().__init__(camera_class)
        self._encoder_for, self._on_drawn, self._on_frames = encoder_for, on_drawn, on_frames

    def perform(self, scene: Scene, kind: PlayKind) -> int:
        encoder = self._encoder_for(self.num_plays)
        if encoder is None:
            return self.skip_play(scene, kind)
        fingerprint = Fingerprint(scene, kind)
        scene.begin_animations()
        plain = kind is PlayKind.PLAIN and keeps_parts(scene.animations)
        if plain:
            remember_families(scene.animations)
        canvas = Canvas(
            self.camera,
            scene.static_mobjects,
            # as manim has it: where nothing is said to move, everything is drawn once more
            scene.moving_mobjects or displayed(scene),
            changing(scene.animations) if plain else None,
            fixed=plain,
        )
        if kind is PlayKind.STILL:
            count = self._draw_still(scene, canvas, encoder)
        else:
            count = self._draw_moving(scene, kind, canvas, encoder, fingerprint)
        finish(scene, kind)
        self._on_drawn(Play(count, fingerprint.key(count), kind is PlayKind.STILL))
        return count

    def _draw_still(self, scene: Scene, canvas: Canvas, encoder: SegmentEncoder) -> int:
        count = count_of(scene, PlayKind.STILL, self.camera.frame_rate)
        if count:
            canvas.draw()
            encoder.paint(canvas.pixels)
            encoder.show(count)
            self._on_frames(count)
        return count

    def _draw_moving(
        self,
        scene: Scene,
        kind: PlayKind,
        canvas: Canvas,
        encoder: SegmentEncoder,
        fingerprint: Fingerprint,
    ) -> int:
        count = 0
        for _ in frames(scene, kind, self.camera.frame_rate):
            if kind is PlayKind.STEPPED:
                fingerprint.frame()
            rows = canvas.draw()
            if rows != []:
                encoder.paint(canvas.pixels, rows)
            encoder.show()
            count += 1
            self._on_frames(1)
        return count
