"""Formulas as MathML, which browsers show without any script."""

import html
import re
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element

_MOST = 3_000  # characters
# Definitions can grow without bound when they are expanded; links, classes and styles are not for formulas.
_REFUSED = re.compile(
    r"\\(?:def|let|gdef|edef|newcommand|renewcommand|providecommand|newenvironment|renewenvironment"
    r"|DeclareMathOperator|require|href|url|class|cssId|style|html\w*|data|includegraphics)(?![a-zA-Z])"
)
_WHOLE = re.compile(
    r"(?<!\\)\$\$(?P<display>.+?)(?<!\\)\$\$"
    r"|(?<![\\$])\$(?P<inline>[^$]+?)(?<!\\)\$"
    r"|\\begin\{(?P<name>[a-z]+\*?)\}(?P<body>.*?)\\end\{(?P=name)\}",
    re.DOTALL,
)


def mathml(tex: str, display: bool = False) -> str:
    """Return a formula as MathML; what cannot be shown as a formula is shown as it was typed.

    The result is to be cleaned like all HTML: it holds the formula's words.
    """
    if len(tex) > _MOST or _REFUSED.search(tex):
        return _as_typed(tex, display)
    try:
        element = convert_to_element(_known(tex), display="block" if display else "inline")
        for part in element.iter():
            part.text = html.unescape(part.text) if part.text else part.text
        return ElementTree.tostring(element, encoding="unicode", short_empty_elements=False)
    except Exception:  # the converter raises many kinds; students type formulas that are none
        return _as_typed(tex, display)


def environment(name: str, body: str) -> str:
    r"""Return what stands between `\begin{name}` and `\end{name}` as MathML."""
    if name.rstrip("*") in ("equation", "math", "displaymath"):
        return mathml(body, display=True)
    return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)


def latex(text: str) -> str:
    """Return a `text/latex` output as HTML: its formulas as MathML, words as words."""
    if len(text) > 2 * _MOST:
        return _as_typed(text, display=True)
    parts, at = [], 0
    for match in _WHOLE.finditer(text):
        parts.append(html.escape(text[at : match.start()]))
        if match["name"] is not None:
            parts.append(environment(match["name"], match["body"]))
        else:
            parts.append(mathml(match["display"] or match["inline"], bool(match["display"])))
        at = match.end()
    parts.append(html.escape(text[at:]))
    return "".join(parts)


def _known(tex: str) -> str:
    """Write environments that the converter lacks as those that it has."""
    tex = tex.replace(r"\displaystyle", "") if tex.count(r"\displaystyle") == 1 else tex
    return re.sub(
        r"\\(begin|end)\{(?:aligned|gathered|gather\*?|eqnarray\*?)\}", r"\\\1{align*}", tex
    )


def _as_typed(tex: str, display: bool) -> str:
    code = f"<code>{html.escape(tex)}</code>"
    return f"<p>{code}</p>" if display else code
