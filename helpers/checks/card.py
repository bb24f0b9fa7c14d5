"""The card that a check shows in a notebook.

Colours come from JupyterLab's own variables, with a fallback elsewhere, so that it reads in a light and a
dark theme; the state is told by a sign and words, colour only repeats it. Styles stand inline, since a
notebook that is not trusted loses its style sheets.
"""

import html
import re

from helpers.checks.result import Result

_COLOURS = {
    "passed": "#0072b2",
    "partly right": "#b07d00",
    "failed": "#c4540a",
    "raised": "#c4540a",
    "out of time": "#c4540a",
    "not attempted": "#7a7a7a",
    "recorded": "#7a7a7a",
}
_TEXT = "var(--jp-ui-font-color1, inherit)"
_QUIET = "var(--jp-ui-font-color2, inherit)"
_LINE = "var(--jp-border-color2, #bdbdbd)"
_CODE = "var(--jp-layout-color2, rgba(128, 128, 128, 0.13))"
_FRAME = (
    f"border:1px solid {_LINE};border-left:6px solid {{colour}};border-radius:4px;padding:8px 14px;"
    f"margin:4px 0;max-width:54em;color:{_TEXT};font-size:14px;line-height:1.5;text-align:left"
)
_PRE = (
    f"background:{_CODE};color:{_TEXT};margin:2px 0 6px;padding:4px 8px;border-radius:3px;overflow-x:auto;"
    "white-space:pre-wrap;font-size:13px;line-height:1.4"
)


def card(verdict: Result) -> str:
    """Return the verdict as a piece of HTML that stands alone."""
    v = verdict
    parts = [
        f'<section role="status" aria-label="{_attribute(v.headline)}: {_attribute(v.exercise)}" '
        f'style="{_FRAME.format(colour=_COLOURS[v.state])}">',
        '<div style="display:flex;justify-content:space-between;gap:1em;flex-wrap:wrap">'
        f"<strong>{v.symbol} {v.headline}: <code>{_text(v.exercise)}</code></strong>"
        f"<span>{v.points:g} of {v.possible:g} points</span></div>",
    ]
    if v.state != "passed":
        parts.append(f'<div style="color:{_QUIET}">{_prose(v.ask)}</div>')
    if v.state != "not attempted" and len(v.requirements) > 1:
        parts.append(_requirements(v))
    if v.mistake:
        parts.append(f'<div style="margin:6px 0"><strong>{_prose(v.mistake)}</strong></div>')
    if v.message:
        parts.append(f'<div style="margin:6px 0">{_prose(v.message)}</div>')
    parts += [
        f'<div>{_prose(label)}</div><pre style="{_PRE}">{_text(text)}</pre>'
        for label, text in v.findings
    ]
    parts += [f"<div><code>{_text(key)}</code>: {_prose(text)}</div>" for key, text in v.options]
    parts.append(_hints(v.hints))
    return "".join(parts) + "</section>"


def _requirements(v: Result) -> str:
    rows = "".join(
        f"<li>{'✔' if r.met else '✘'} {_prose(r.text)}: {r.earned:g}/{r.points:g}</li>"
        for r in v.requirements
    )
    return f'<ul style="list-style:none;padding-left:0;margin:6px 0">{rows}</ul>'


def _hints(hints: tuple[str, ...]) -> str:
    """Fold each hint inside the one before it, so that the learner opens one at a time."""
    folded = ""
    for number, hint in reversed(list(enumerate(hints, 1))):
        name = (
            "A hint" if number == 1 else "Another hint" if number < len(hints) else "The last hint"
        )
        folded = (
            f'<details style="margin-top:4px"><summary style="cursor:pointer">{name}</summary>'
            f'<div style="padding-left:14px">{_prose(hint)}{folded}</div></details>'
        )
    return folded


def _text(text: str) -> str:
    return html.escape(text, quote=False)


def _attribute(text: str) -> str:
    return html.escape(text, quote=True)


def _prose(text: str) -> str:
    """Escape a sentence; `backticks` become code and line ends become breaks."""
    escaped = _text(text).replace("\n", "<br>")
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
