"""The app's icons for Teams, drawn here and written as PNG. Pure; shapes are signed distances, in pixels.

https://learn.microsoft.com/en-us/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
"""

import math
import struct
import zlib
from collections.abc import Callable, Iterator

ACCENT = "#24305E"
COLOR_SIZE, OUTLINE_SIZE = 192, 32

Shape = Callable[[float, float], float]  # how far a point is outside the shape; negative inside
Layer = tuple[Shape, tuple[int, int, int]]
_WHITE, _NAVY, _MINT = (255, 255, 255), (0x24, 0x30, 0x5E), (0x7E, 0xE0, 0xC4)
_GRID = 192.0  # what the drawing's own numbers are of


def color_icon() -> bytes:
    """192 × 192, full colour: a speech bubble on a desk, within the middle that Teams never cuts off."""
    bubble, dots, desk = _drawing()
    everything: Layer = (lambda x, y: -1.0, _NAVY)
    return _png(COLOR_SIZE, [everything, (bubble, _MINT), (dots, _NAVY), (desk, _WHITE)])


def outline_icon() -> bytes:
    """32 × 32, white on nothing: the same in lines."""
    bubble, dots, desk = _drawing(of=1.27)
    stroke = 6.4

    def lines(x: float, y: float) -> float:
        return abs(bubble(x, y) + stroke) - stroke

    return _png(OUTLINE_SIZE, [(_union(lines, dots, desk), _WHITE)])


def _drawing(of: float = 1.0) -> tuple[Shape, Shape, Shape]:
    """Bubble, dots and desk, `of` times as large."""
    middle = _GRID / 2

    def sized(shape: Shape) -> Shape:
        return lambda x, y: shape(middle + (x - middle) / of, middle + (y - middle) / of) * of

    bubble = _union(_rounded(45, 30, 147, 96, 18), _polygon((64, 88), (64, 116), (95, 88)))
    dots = _union(*(_circle(x, 63, 8) for x in (70, 96, 122)))
    desk = _union(_rounded(34, 122, 158, 134, 6), _rounded(47, 126, 58, 164, 5), _rounded(134, 126, 145, 164, 5))
    return sized(bubble), sized(dots), sized(desk)


def _union(*shapes: Shape) -> Shape:
    return lambda x, y: min(shape(x, y) for shape in shapes)


def _circle(cx: float, cy: float, radius: float) -> Shape:
    return lambda x, y: math.hypot(x - cx, y - cy) - radius


def _rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Shape:
    cx, cy = (left + right) / 2, (top + bottom) / 2
    half_x, half_y = (right - left) / 2 - radius, (bottom - top) / 2 - radius

    def distance(x: float, y: float) -> float:
        dx, dy = abs(x - cx) - half_x, abs(y - cy) - half_y
        return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius

    return distance


def _polygon(*corners: tuple[float, float]) -> Shape:
    """A convex one, its corners anticlockwise as one sees them."""
    edges = list(zip(corners, (*corners[1:], corners[0]), strict=True))

    def distance(x: float, y: float) -> float:
        return max(
            ((x - ax) * (ay - by) + (y - ay) * (bx - ax)) / math.hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in edges
        )

    return distance


def _pixels(size: int, layers: list[Layer]) -> Iterator[bytes]:
    """Rows of RGBA; an edge is as opaque as the part of the pixel that it covers."""
    scale = _GRID / size
    for row in range(size):
        line = bytearray([0])  # each row of a PNG begins with its filter: none
        for column in range(size):
            x, y = (column + 0.5) * scale, (row + 0.5) * scale
            red, green, blue, alpha = 0.0, 0.0, 0.0, 0.0
            for shape, color in layers:
                cover = min(max(0.5 - shape(x, y) / scale, 0.0), 1.0)
                rest = alpha * (1 - cover)
                total = cover + rest
                if total:
                    red, green, blue = (
                        (new * cover + old * rest) / total for new, old in zip(color, (red, green, blue), strict=True)
                    )
                alpha = total
            line += bytes(round(value) for value in (red, green, blue, alpha * 255))
        yield bytes(line)


def _png(size: int, layers: list[Layer]) -> bytes:
    """https://www.w3.org/TR/png-3/: 8 bits a channel, with alpha."""
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    body = zlib.compress(b"".join(_pixels(size, layers)), 9)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", body), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
