"""A chart of bars as SVG, without script, fonts or colours that mean anything.

The numbers stand at the bars and in the description, for whoever cannot see them; what is withheld
or not recorded is hatched and named. (A chart library would bring scripts or a colour legend along.)
"""

from xml.etree.ElementTree import Element, SubElement, tostring

from service.domain.survey_sheets import Bars

_WIDE, _HIGH, _TOP, _FOOT, _STEP = 48, 200, 48, 64, 64
_NOTHING = 24


def render_svg(bars: Bars) -> bytes:
    """The chart; the same numbers, the same bytes."""
    wide = max(320, _STEP * len(bars.labels) + 32)
    high = _TOP + _HIGH + _FOOT
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {wide} {high}",
            "role": "img",
            "aria-labelledby": "title description",
            "font-family": "sans-serif",
            "font-size": "12",
        },
    )
    SubElement(svg, "title", {"id": "title"}).text = bars.title
    SubElement(svg, "desc", {"id": "description"}).text = bars.description
    _hatching(svg)
    SubElement(svg, "rect", {"width": str(wide), "height": str(high), "fill": "#fff"})
    _text(svg, 16, 24, bars.title, anchor="start")
    most = max((value for value in bars.values if value is not None), default=0)
    for number, (label, value) in enumerate(zip(bars.labels, bars.values, strict=True)):
        _bar(svg, 16 + _STEP * number + (_STEP - _WIDE) // 2, label, value, most)
    base = str(_TOP + _HIGH)
    SubElement(svg, "line", {"x1": "16", "x2": str(wide - 16), "y1": base, "y2": base} | _LINE)
    written: bytes = tostring(svg, encoding="utf-8", xml_declaration=True)
    return written


_LINE = {"stroke": "#000", "stroke-width": "1"}


def _hatching(svg: Element) -> None:
    box = {"id": "nothing", "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"}
    pattern = SubElement(SubElement(svg, "defs"), "pattern", box)
    SubElement(pattern, "path", {"d": "M0 6 L6 0"} | _LINE)


def _bar(svg: Element, left: int, label: str, value: int | None, most: int) -> None:
    tall = _NOTHING if value is None else round(_HIGH * value / most) if most else 0
    top = _TOP + _HIGH - tall
    fill = "url(#nothing)" if value is None else "#555"
    place = {"x": str(left), "y": str(top), "width": str(_WIDE), "height": str(tall)}
    SubElement(svg, "rect", place | _LINE | {"fill": fill})
    _text(svg, left + _WIDE // 2, top - 6, "―" if value is None else str(value))
    year, _, month = label.partition("年")
    _text(svg, left + _WIDE // 2, _TOP + _HIGH + 18, f"{year}年" if month else label)
    if month:
        _text(svg, left + _WIDE // 2, _TOP + _HIGH + 34, month)


def _text(svg: Element, x: int, y: int, text: str, *, anchor: str = "middle") -> None:
    SubElement(svg, "text", {"x": str(x), "y": str(y), "text-anchor": anchor}).text = text
