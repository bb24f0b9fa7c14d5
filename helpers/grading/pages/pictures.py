"""Pictures that a student's notebook carries, as `data:` addresses: nothing is fetched, nothing in them runs."""

import base64
import binascii
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree

from PIL import Image

from helpers.grading.pages.text import whole

MOST_BYTES = 5_000_000  # of one picture
_MOST_PIXELS = 40_000_000
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF"}
_MOST_DRAWN = 50_000  # elements of a drawing, with those that are drawn by reference
_MOST_DEPTH = 100
_SVG = "{http://www.w3.org/2000/svg}"
_KEPT_LINK = re.compile(r"#|data:image/(png|jpeg|gif);base64,", re.IGNORECASE)


def picture(kind: str, data: object) -> str | None:
    """Return a picture's `data:` address, or None where it is too large or not what its type says.

    Args:
        kind: its type: PNG, JPEG, GIF or SVG.
        data: base64 text; of an SVG the XML itself.
    """
    if not isinstance(data, str) or len(data) > MOST_BYTES * 4 // 3:
        return None
    if kind == "image/svg+xml":
        return drawing(data)
    if kind not in _FORMATS:
        return None
    text = "".join(data.split())
    try:
        content = base64.b64decode(text, validate=True)
        # Reads the head alone, so a picture that would unpack to gigabytes costs nothing here.
        with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as image:
            width, height = image.size
    except Exception:  # Pillow raises many kinds; each means that it is no such picture
        return None
    return f"data:{kind};base64,{text}" if width * height <= _MOST_PIXELS else None


def from_address(address: str) -> str | None:
    """Return the checked form of a picture's `data:` address, or None."""
    head, comma, data = address.strip().partition(",")
    match = re.fullmatch(r"data:(image/[a-z+]+)(?:;charset=[\w-]+)?;base64", head.lower())
    if not (comma and match):
        return None
    if match[1] != "image/svg+xml":
        return picture(match[1], data)
    try:
        return drawing(base64.b64decode(data).decode())
    except (binascii.Error, ValueError):
        return None


def attached(attachments: object) -> dict[str, dict[str, str]]:
    """Return the pictures among a cell's attachments: PNG, JPEG and GIF, each of bounded size."""
    kept: dict[str, dict[str, str]] = {}
    room = 4 * MOST_BYTES
    for name, bundle in attachments.items() if isinstance(attachments, Mapping) else ():
        for kind in _FORMATS:
            data = bundle.get(kind) if isinstance(bundle, Mapping) else None
            address = picture(kind, data)
            if address and len(address) <= room:
                room -= len(address)
                kept[whole(str(name))] = {kind: address.partition(",")[2]}
                break
    return kept


def drawing(svg: str) -> str | None:
    """Return an SVG as a `data:` address for an `img`, without scripts, or None where it cannot be shown.

    In an `img` a browser runs and fetches nothing of a drawing. What could still hurt is taken out or refused:
    entities, and elements that refer to each other until millions have to be drawn.
    """
    if len(svg) > MOST_BYTES or svg.count("<") > 3 * _MOST_DRAWN:
        return None
    if "<!entity" in svg.lower():
        return None
    if "xmlns=" not in svg[:2000]:
        svg = re.sub(r"<svg\b", '<svg xmlns="http://www.w3.org/2000/svg"', svg, count=1)
    try:
        root = _parse(svg)
        if root.tag != f"{_SVG}svg" or _drawn(root) > _MOST_DRAWN:
            return None
        _take_out_what_acts(root)
        content = ElementTree.tostring(root)
    except (ElementTree.ParseError, RecursionError, ValueError):
        return None
    return f"data:image/svg+xml;base64,{base64.b64encode(content).decode()}"


def _parse(svg: str) -> ElementTree.Element:
    depth, root = 0, None
    for event, element in _events(svg):
        depth += 1 if event == "start" else -1
        root = element
        if depth > _MOST_DEPTH:
            raise ValueError("nested too deeply")
    if root is None:
        raise ValueError("nothing in it")
    return root  # the last to end


def _events(svg: str) -> Iterator[tuple[str, ElementTree.Element]]:
    """Yield the start and the end of each element."""
    parser: ElementTree.XMLPullParser[ElementTree.Element]
    parser = ElementTree.XMLPullParser(("start", "end"))
    for start in range(0, len(svg), 65_536):
        parser.feed(svg[start : start + 65_536])
        yield from _come(parser)
    parser.close()  # only then newer versions of expat read a long tag to its end
    yield from _come(parser)


def _come(parser: ElementTree.XMLPullParser) -> Iterator[tuple[str, ElementTree.Element]]:
    for event in parser.read_events():
        if len(event) == 2 and isinstance(event[1], ElementTree.Element):
            yield event[0], event[1]


def _drawn(root: ElementTree.Element) -> int:
    """Count the elements that a browser draws: one that is referred to counts each time."""
    named = {e.get("id"): e for e in root.iter() if e.get("id")}
    known: dict[int, int] = {}
    under_way: set[int] = set()

    def cost(element: ElementTree.Element) -> int:
        if id(element) in under_way:
            return 0  # a circle, which browsers do not draw
        if id(element) not in known:
            under_way.add(id(element))
            total = 1 + sum(map(cost, element))
            for value in element.attrib.values():
                total += sum(cost(named[name]) for name in _referred(value) if name in named)
            under_way.discard(id(element))
            known[id(element)] = min(total, 2 * _MOST_DRAWN)
        return known[id(element)]

    return cost(root)


def _referred(value: str) -> Iterable[str]:
    return re.findall(r"#([^\s()\"'#]+)", value) if len(value) < 10_000 else ()


def _take_out_what_acts(root: ElementTree.Element) -> None:
    for element in list(root.iter()):
        for child in list(element):
            name = child.tag.rpartition("}")[2].lower() if isinstance(child.tag, str) else "script"
            words = (child.text or "").lower()
            if name in ("script", "foreignobject", "iframe", "set", "animate", "handler") or (
                name == "style" and any(w in words for w in ("url", "import", "\\"))
            ):
                element.remove(child)
        for name, value in list(element.attrib.items()):
            local = name.rpartition("}")[2].lower()
            if local.startswith("on") or (
                local in ("href", "src") and not _KEPT_LINK.match(value.strip())
            ):
                del element.attrib[name]
