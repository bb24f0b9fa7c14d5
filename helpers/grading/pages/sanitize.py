"""HTML of a student, made harmless: `evened` bounds it in linear time, nh3 leaves known tags and attributes alone."""

# ruff: noqa: SIM905 - words in a row are easier to read than a column of strings
import html
import re
from collections.abc import Callable, Iterator

import nh3
from pygments.token import STANDARD_TYPES

from helpers.grading.pages.pictures import drawing, from_address

MOST_HTML = 8_000_000  # characters; nearly all of them can only be those of pictures
MOST_WORDS = 1_000_000  # characters outside of tags
MOST_TAGS = 20_000
MOST_DEPTH = 60
_MOST_ATTRIBUTES = 16
_MOST_READ = 1_000
_MOST_VALUE = 2_000  # characters of an attribute that is no picture's address
_MOST_PICTURES = 100

_HTML = set(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 "
    "h6 hr i img ins kbd li mark ol p pre progress s samp section small span strong sub summary sup table tbody td "
    "tfoot th thead tr u ul var".split()
)
_MATH = set(
    "math menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace "
    "msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
_TAGS = _HTML | _MATH
_DROPPED = set(  # their content stays; a name that is no element's, as in `Vec<T>`, stands as it was written
    "acronym address applet area article aside audio base basefont bdi bdo big body button canvas center cite "
    "data datalist dfn dialog embed fieldset font footer form frame frameset head header hgroup html input label "
    "legend link main map marquee menu meta meter nav nobr object optgroup option output param picture portal q "
    "rp rt ruby search select slot source strike tt track video wbr annotation semantics mglyph malignmark "
    "maction mfenced path g image foreignobject use".split()
)
_VOID = {"br", "col", "hr", "img"}
_DROPPED_WITH_CONTENT = set(
    "iframe noembed noframes noscript plaintext script style template textarea title xmp".split()
)
_KNOWN = _TAGS | _DROPPED | _DROPPED_WITH_CONTENT | {"svg"}
_ENDS = {  # what an opening tag closes, where its closing tag was left out
    "p": {"p"},
    "li": {"li", "p"},
    "dt": {"dt", "dd", "p"},
    "dd": {"dt", "dd", "p"},
    "td": {"td", "th", "p"},
    "th": {"td", "th", "p"},
    "tr": {"td", "th", "tr", "p"},
    "thead": {"td", "th", "tr", "thead", "tbody", "tfoot"},
    "tbody": {"td", "th", "tr", "thead", "tbody", "tfoot"},
    "tfoot": {"td", "th", "tr", "thead", "tbody", "tfoot"},
}
_EVERYWHERE = {"style", "title", "role", "aria-label", "align", "colspan", "rowspan"}
_OF_MATH = set(
    "accent accentunder columnalign columnlines columnspacing depth display displaystyle fence form frame height "
    "largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits "
    "notation rowalign rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width".split()
)
_ATTRIBUTES = {
    **dict.fromkeys(_HTML, _EVERYWHERE),
    **dict.fromkeys(_MATH, _OF_MATH),
    "a": _EVERYWHERE | {"href"},
    "img": _EVERYWHERE | {"src", "alt", "width", "height"},
    "progress": _EVERYWHERE | {"value", "max"},
    "details": _EVERYWHERE | {"open"},
    "ol": _EVERYWHERE | {"start"},
}
_CLASSES = {
    "span": set(STANDARD_TYPES.values()) - {""},
    "div": {"highlight"},
}  # of coloured programs
_STYLES = set(
    "align-items background background-color border border-bottom border-collapse border-color border-left "
    "border-radius border-right border-spacing border-style border-top border-width color cursor display flex "
    "flex-direction flex-wrap font-family font-size font-style font-weight gap height justify-content line-height "
    "list-style list-style-type margin margin-bottom margin-left margin-right margin-top max-width min-width "
    "overflow-x padding padding-bottom padding-left padding-right padding-top text-align text-decoration "
    "vertical-align white-space width".split()
)
_STYLE_FUNCTIONS = {"rgb", "rgba", "hsl", "hsla", "var", "calc", "min", "max", "clamp"}
_ADDRESS = re.compile(r"data:image/(?:png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=]+")

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_DOCTYPE = re.compile(r"<!doctype[^<>]{0,300}>", re.IGNORECASE)
_SPACE = re.compile(r"[\s/]*")
_JUNK = re.compile(r"""[="']*""")
_ATTRIBUTE = re.compile(
    r"""([^\s=>"'/<]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'<]+)))?""", re.DOTALL
)

Source = Callable[[str], str | None]


def clean_html(text: str, source: Source = from_address) -> str:
    """Return HTML with known tags, attributes and styles alone: no script, no form, no class, nothing fetched.

    Args:
        text: the HTML.
        source: gives the `data:` address for the address of a picture, or None where it is not to be shown.
    """
    return nh3.clean(
        evened(text, source),
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=_allowed,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _allowed(tag: str, name: str, value: str) -> str | None:
    """Return the value that an attribute may have, or None."""
    if tag == "img" and name == "src":
        return value if _ADDRESS.fullmatch(value) else None
    if tag == "a" and name == "href":
        return value if re.match(r"(https?://|mailto:)[^\s\\]+$", value) else None
    if name == "style":
        return clean_style(value)
    if name == "role":
        return value if value in ("status", "img", "note", "presentation") else None
    if tag in _MATH or name in ("width", "height", "start", "max", "value", "align"):
        return value if re.fullmatch(r"[\w#%.\s+-]{0,80}", value) else None
    return value


def clean_style(style: str) -> str | None:
    """Return the declarations of a style that do no more than set a look in place."""
    kept = []
    for declaration in style[:_MOST_VALUE].split(";"):
        name, _, value = declaration.partition(":")
        known = re.findall(r"([\w-]*)\(", value)
        if (
            name.strip().lower() in _STYLES
            and re.fullmatch(r"[\w\s#%.,()+*/!-]*", value)
            and all(function.lower() in _STYLE_FUNCTIONS for function in known)
        ):
            kept.append(f"{name.strip().lower()}:{value.strip()}")
    return ";".join(kept) or None


def evened(text: str, source: Source = from_address) -> str:
    """Return HTML that no parser can stumble on: closed tags, bounded in number, depth and attributes.

    A parser that follows the standard takes quadratic time and memory for tags that are never closed, and for
    many attributes. Here each character is looked at a fixed number of times. Pictures get their checked
    addresses, drawings become pictures; where one cannot be shown, words stand in its place.
    """
    left_out = ""
    if len(text) > MOST_HTML:
        left_out = f"{len(text) - MOST_HTML:,} characters"
        text = text[:MOST_HTML]
    writer = _Writer(source)
    at = 0
    while at < len(text):
        tag = text.find("<", at)
        end = tag if tag >= 0 else len(text)
        if writer.words + end - at > MOST_WORDS:
            fits = at + MOST_WORDS - writer.words
            writer.text(text[at:fits])
            left_out = f"{len(text) - fits:,} characters"
            break
        writer.text(text[at:end])
        if tag < 0:
            break
        if writer.tags >= MOST_TAGS:
            left_out = f"{len(text) - tag:,} characters"
            break
        at = _read_markup(text, tag, writer)
    writer.finish()
    note = f"<p>[{left_out} of this output: left out]</p>" if left_out else ""
    return "".join(writer.parts) + note


def _read_markup(text: str, at: int, writer: "_Writer") -> int:
    """Read what begins with `<` and return where it ends."""
    writer.tags += 1
    match = _TAG.match(text, at)
    if not match:
        if text.startswith("<!--", at):
            return _after(text, "-->", at)
        if doctype := _DOCTYPE.match(text, at):
            return doctype.end()
        writer.text("&lt;")
        return at + 1
    name = match[2].lower()
    attributes, end = _read_attributes(text, match.end())
    if name not in _KNOWN:
        writer.text(html.escape(text[at:end]))
    elif match[1]:
        writer.close(name)
    elif name == "svg":
        return _read_drawing(text, at, writer)
    elif name in _DROPPED_WITH_CONTENT:
        closing = re.compile(f"</{name}", re.IGNORECASE).search(text, end)
        return _after(text, ">", closing.end() - 1) if closing else len(text)
    else:
        writer.open(name, attributes)
        if name in _MATH and text.endswith("/>", at, end):
            writer.close(name)
    return end


def _after(text: str, words: str, at: int) -> int:
    found = text.find(words, at)
    return len(text) if found < 0 else found + len(words)


def _read_attributes(text: str, at: int) -> tuple[dict[str, str], int]:
    """Return a tag's attributes and where it ends."""
    attributes: dict[str, str] = {}
    read = 0
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if at >= len(text) or text[at] == "<":
            return attributes, at
        if text[at] == ">":
            return attributes, at + 1
        match = _ATTRIBUTE.match(text, at)
        if not match:
            junk = _JUNK.match(text, at)
            at = junk.end() if junk else at
            continue
        if read > _MOST_READ:
            return attributes, _after(text, ">", at)
        read += 1
        at = match.end()
        if len(attributes) < _MOST_ATTRIBUTES:
            value = next((v for v in match.groups()[1:] if v is not None), "")
            attributes.setdefault(match[1].lower(), html.unescape(value))


def _read_drawing(text: str, at: int, writer: "_Writer") -> int:
    """Turn a drawing into a picture."""
    closing = re.compile(r"</svg\s*>", re.IGNORECASE).search(text, at)
    end = closing.end() if closing else len(text)
    writer.tags += text.count("<", at, end)
    address = drawing(text[at:end]) if closing and writer.tags <= MOST_TAGS else None
    writer.picture({"src": address or "", "alt": "drawing"}, address)
    return end


class _Writer:
    """Puts out a balanced sequence of tags."""

    def __init__(self, source: Source) -> None:
        self.parts: list[str] = []
        self.tags = 0
        self.words = 0
        self._source = source
        self._open: list[str] = []
        self._pictures = 0

    def text(self, text: str) -> None:
        self.words += len(text)
        self.parts.append(text.replace(">", "&gt;"))

    def open(self, name: str, attributes: dict[str, str]) -> None:
        if name not in _TAGS:
            return
        while self._open and self._open[-1] in _ENDS.get(name, ()):
            self._close_one()
        if name == "img":
            self.picture(attributes, self._address(attributes.get("src", "")))
        elif name in _VOID or len(self._open) < MOST_DEPTH:
            self._write(name, attributes)
            if name not in _VOID:
                self._open.append(name)

    def close(self, name: str) -> None:
        if name in self._open:
            while self._open[-1] != name:
                self._close_one()
            self._close_one()

    def picture(self, attributes: dict[str, str], address: str | None) -> None:
        if address:
            self._write("img", attributes | {"src": address})
        else:
            words = attributes.get("alt") or attributes.get("src") or "it has no address"
            self.parts.append(f"<em>[picture not shown: {html.escape(words[:200])}]</em>")

    def finish(self) -> None:
        while self._open:
            self._close_one()

    def _address(self, source: str) -> str | None:
        self._pictures += 1
        return self._source(source) if self._pictures <= _MOST_PICTURES else None

    def _write(self, name: str, attributes: dict[str, str]) -> None:
        self.parts.append("".join([f"<{name}", *self._attributes(name, attributes), ">"]))

    def _attributes(self, name: str, attributes: dict[str, str]) -> Iterator[str]:
        for key, value in attributes.items():
            if key != "class" and key not in _ATTRIBUTES[name]:
                continue
            if len(value) <= _MOST_VALUE or (name, key) == ("img", "src"):
                yield f' {key}="{html.escape(value)}"'

    def _close_one(self) -> None:
        self.parts.append(f"</{self._open.pop()}>")
