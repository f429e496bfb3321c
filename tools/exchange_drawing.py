"""What an exchange is, and its drawing: parties across, steps downwards, as one SVG file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape

WIDTH = 920
MARGIN = 16
BOX_WIDTH, BOX_HEIGHT = 176, 52
HEAD, DETAIL = 14, 12.5
LEADING = 17
LETTERS = {HEAD: 0.6, DETAIL: 0.56}
"""Width of an average letter, as a part of the size of the type, in the wider of usual fonts."""
RADIUS = 10
STYLE = """
  svg { --paper: #ffffff; --ink: #17262c; --faint: #4a5a61; --line: #7d8d94; --way: #0a5a78;
    --box: #e8f1f4; --rim: #9cb8c2; --band: #f1f3f4; --note: #fdf5dd; --note-rim: #d8c27a; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #10191d; --ink: #e9f0f2; --faint: #b0c0c6; --line: #6d7f87; --way: #7cc7e3;
      --box: #1b2d34; --rim: #3f5e69; --band: #18242a; --note: #2c2818; --note-rim: #6c5f30; }
  }
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
    sans-serif; fill: var(--ink); }
  .head { font-size: 14px; font-weight: 600; }
  .detail { font-size: 12.5px; fill: var(--faint); }
  .number { font-size: 11px; font-weight: 600; fill: var(--paper); }
  .paper { fill: var(--paper); }
  .box { fill: var(--box); stroke: var(--rim); }
  .band { fill: var(--band); }
  .note { fill: var(--note); stroke: var(--note-rim); }
  .life { stroke: var(--line); stroke-dasharray: 2 4; }
  .way { stroke: var(--way); stroke-width: 1.6; }
  .back { stroke-dasharray: 6 4; }
  .tip, .mark { fill: var(--way); }
"""


@dataclass(frozen=True)
class Party:
    """Who takes part: a name, and a line beneath it."""

    name: str
    line: str


@dataclass(frozen=True)
class Way:
    """What one party sends to another; an answer is drawn dashed."""

    of: int
    to: int
    head: str
    detail: str = ""
    kind: Literal["ask", "answer"] = "ask"


@dataclass(frozen=True)
class Note:
    """What a party does by itself."""

    at: int
    text: str


@dataclass(frozen=True)
class Phase:
    """A line across, which says what the steps beneath it are."""

    text: str


Step = Way | Note | Phase


def ask(of: int, to: int, head: str, detail: str = "") -> Way:
    """Return a request."""
    return Way(of, to, head, detail)


def answer(of: int, to: int, head: str, detail: str = "") -> Way:
    """Return the answer to one."""
    return Way(of, to, head, detail, "answer")


@dataclass(frozen=True)
class Exchange:
    """One picture: its title, who takes part from left to right, the steps from top to bottom."""

    title: str
    parties: tuple[Party, ...]
    steps: tuple[Step, ...]


@dataclass
class Drawing:
    """A picture as it grows downwards."""

    exchange: Exchange
    y: float = MARGIN
    count: int = 0
    parts: list[str] = field(default_factory=list)

    def centre(self, party: int) -> float:
        """Return where a party's line stands."""
        edge = MARGIN + BOX_WIDTH / 2
        return edge + party * (WIDTH - 2 * edge) / (len(self.exchange.parties) - 1)

    def svg(self) -> str:
        """Return the picture."""
        self._names()
        top = self.y
        for step in self.exchange.steps:
            self._draw(step)
        height = round(self.y + MARGIN)
        lives = "".join(
            f'<line class="life" x1="{x:g}" x2="{x:g}" y1="{top:g}" y2="{height - MARGIN:g}"/>\n'
            for x in map(self.centre, range(len(self.exchange.parties)))
        )
        title, told = escape(self.exchange.title), escape(" ".join(told_of(self.exchange)))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title told">\n'
            f'<title id="title">{title}</title>\n<desc id="told">{told}</desc>\n'
            f"<style>{STYLE}</style>\n"
            f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>\n{lives}'
            + "".join(f"{part}\n" for part in self.parts)
            + "</svg>\n"
        )

    def _names(self) -> None:
        for place, party in enumerate(self.exchange.parties):
            x = self.centre(place)
            self._box("box", x, BOX_WIDTH, BOX_HEIGHT)
            self._text("head", x, self.y + 22, party.name)
            self._text("detail", x, self.y + 40, party.line)
        self.y += BOX_HEIGHT

    def _draw(self, step: Step) -> None:
        if isinstance(step, Phase):
            self._phase(step)
        elif isinstance(step, Note):
            self._note(step)
        else:
            self._way(step)

    def _phase(self, phase: Phase) -> None:
        self.y += 14
        self.parts.append(f'<rect class="band" x="0" y="{self.y:g}" width="{WIDTH}" height="26"/>')
        self._text("head", MARGIN, self.y + 18, phase.text, anchor="start")
        self.y += 26

    def _note(self, note: Note) -> None:
        last = len(self.exchange.parties) - 1
        gap = self.centre(1) - self.centre(0)
        width = min(gap - 2 * MARGIN, 250) if 0 < note.at < last else gap / 2 + BOX_WIDTH / 2 - 20
        width = min(width, 260)
        x = self.centre(note.at)
        x = max(MARGIN + width / 2, min(WIDTH - MARGIN - width / 2, x))
        lines = wrapped(note.text, width - 20, DETAIL)
        height = len(lines) * LEADING + 14
        self.y += 12
        self._box("note", x, width, height)
        for place, line in enumerate(lines):
            self._text("detail", x, self.y + 21 + place * LEADING, line)
        self.y += height

    def _way(self, way: Way) -> None:
        self.count += 1
        start, end = self.centre(way.of), self.centre(way.to)
        right = end > start
        tail = start + (RADIUS if right else -RADIUS)
        # Words stand beside the party that a way ends or begins at, not across a third one.
        near = abs(self.centre(1) - self.centre(0))
        room = near - 2 * RADIUS - 16
        middle = start + (near / 2 + 2) * (1 if right else -1)
        lines = wrapped(way.head, room, HEAD)
        self.y += 8
        for line in lines:
            self.y += LEADING
            self._text("head", middle, self.y, line)
        self.y += 9
        tip = end - (9 if right else -9)
        back = " back" if way.kind == "answer" else ""
        self.parts.append(
            f'<line class="way{back}" x1="{tail:g}" x2="{tip:g}" y1="{self.y:g}" y2="{self.y:g}"/>'
            f'<path class="tip" d="M{end:g} {self.y:g} l{-10 if right else 10} -5 v10 z"/>'
            f'<circle class="mark" cx="{start:g}" cy="{self.y:g}" r="{RADIUS}"/>'
        )
        self._text("number", start, self.y + 4, str(self.count))
        self.y += 2
        for line in wrapped(way.detail, room, DETAIL):
            self.y += LEADING - 1
            self._text("detail", middle, self.y, line)
        self.y += 6

    def _box(self, kind: str, x: float, width: float, height: float) -> None:
        self.parts.append(
            f'<rect class="{kind}" x="{x - width / 2:g}" y="{self.y:g}" width="{width:g}" '
            f'height="{height:g}" rx="7"/>'
        )

    def _text(self, kind: str, x: float, y: float, text: str, *, anchor: str = "middle") -> None:
        self.parts.append(
            f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'
        )


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Return the lines of a text in type of a size, none wider than `width` by estimate."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and len(longer) * size * LETTERS[size] <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def told_of(exchange: Exchange) -> Iterator[str]:
    """Yield an exchange's steps in words, for those who do not see the picture."""
    names, count = exchange.parties, 0
    for step in exchange.steps:
        if isinstance(step, Phase):
            yield f"{step.text}."
        elif isinstance(step, Note):
            yield f"{names[step.at].name}: {step.text}."
        else:
            count += 1
            said = f"{step.head}: {step.detail}" if step.detail else step.head
            yield f"{count}. {names[step.of].name} to {names[step.to].name}: {said}."
