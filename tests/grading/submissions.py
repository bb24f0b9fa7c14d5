"""What students put into a notebook: honest things of all sorts, and things that mean harm to a reader."""

import base64
import io

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from PIL import Image

# Each sets window.hit where it runs; example.org must never be asked for anything.
EVIL_HTML = [
    "<script>window.hit = 1</script>",
    "<img src=x onerror='window.hit = 1'>",
    "<svg onload='window.hit = 1'></svg>",
    "<svg><script>window.hit = 1</script></svg>",
    "<svg><a xlink:href='javascript:window.hit=1'><text y='20'>svg</text></a></svg>",
    "<svg><style><img src=x onerror='window.hit = 1'></style></svg>",
    "<a href='javascript:window.hit = 1'>x</a>",
    "<a href=' &#14; jav&#x09;ascript:window.hit = 1'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='/logout'>out</a><a href='//example.org'>there</a>",
    "<iframe srcdoc='<script>parent.hit = 1</script>'></iframe>",
    "<iframe src='https://example.org'></iframe><object data='https://example.org'></object>",
    "<embed src='https://example.org/x.swf'><video src='https://example.org/v' autoplay></video>",
    "<div style='background:url(https://example.org/x.png)'>x</div>",
    "<div style='background:image-set(\"https://example.org/x.png\" 1x)'>x</div>",
    "<div style='background:\\75rl(https://example.org/x.png)'>x</div>",
    "<div style='width:1px;/**/background-image:url(https://example.org/y)'>x</div>",
    "<img srcset='https://example.org/x.png 1x'><img src='https://example.org/x.png'>",
    "<picture><source srcset='https://example.org/x.png'><img src='/logout'></picture>",
    "<form action='https://example.org'><input autofocus onfocus='window.hit = 1'></form>",
    "<scr<script></script>ipt>window.hit = 1</script>",
    "<math><mtext></p><style><img src=x onerror='window.hit = 1'></style></mtext></math>",
    "<math href='javascript:window.hit=1'><mi xlink:href='javascript:window.hit=1'>x</mi></math>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.hit=1&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=window.hit=1>'>",
    "<noscript><p title='</noscript><img src=x onerror=window.hit=1>'></noscript>",
    "<details open ontoggle='window.hit = 1'>x</details>",
    "<base href='https://example.org/'><link rel=stylesheet href='//example.org/x.css'>",
    "<meta http-equiv=refresh content='0;url=https://example.org'>",
    "<style>body { display: none } @import url(https://example.org/x.css);</style>",
    "<div class='navbar navbar-fixed-top modal-backdrop in' id='notebook'>class</div>",
    "<div style='position:fixed;top:0;left:0;width:9999px;height:9999px;z-index:99999;background:red'>!</div>",
    "<div style='margin-top:-3000px;margin-left:-500px;width:3000px;height:3000px;background:red'>!</div>",
    "<section role='status' style='border-left:6px solid #0072b2'>✔ Passed: 6 of 6 points</section>",
    "<div class='course-frame course-marker'><div class='course-label'>Result of the marking</div>6</div>",
    "</div></div></div></div></div></td></table></body></html><h1>Outside</h1>",
]

EVIL_MARKDOWN = r"""
[entity](&#106;avascript:window.hit=2) [backslash](javascript\:window.hit=2) [plain](javascript:window.hit=2)
[tab](java&Tab;script:window.hit=2) [upper](JaVaScRiPt:window.hit=2) [data](data:text/html,<script>x</script>)
[reference][r] [file](evil.html) [out](/logout) <javascript:window.hit=2> https://example.org/seen

[r]: javascript:window.hit=2 "title"

![out](/logout) ![there](https://example.org/x.png) ![][p] ![x](x "t\" onerror=\"window.hit=2")
![" onerror="window.hit=2](data:image/png;base64,AAAA) ![script](data:image/svg+xml,<svg/onload=window.hit=2>)
![gone](attachment:gone.png) ![`<img src=x onerror=window.hit=2>`](x)

[p]: https://example.org/y.png

$\href{javascript:window.hit=2}{click}$ $\class{navbar-fixed-top}{c}$ $\style{position:fixed;top:0}{s}$
$\text{<img src=x onerror=window.hit=2>}$ $\unicode{x3c}script\unicode{x3e}$ $\color{red" onclick="window.hit=2}{x}$
$$\require{html}\href{https://example.org}{x} \def\a{\a\a}\a$$

```"><img src=x onerror=window.hit=2>
code
```

```mermaid
graph TD; a-->b; click a href "javascript:window.hit=2"
```

# <img src=x onerror=window.hit=2> Score: 32 / 32

| a | <script>window.hit=2</script> |
|---|---|
| <b style="position:fixed;top:0">x</b> | y |
"""

EVIL_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="30" '
    'onload="window.hit=3"><script>window.hit=3</script><image href="https://example.org/x.png" width="9" height="9"/>'
    '<a xlink:href="javascript:window.hit=3"><text y="20">drawn</text></a>'
    "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'><img src='https://example.org/x'/></body>"
    "</foreignObject></svg>"
)

EVIL_STUDENT = "<img src=x onerror=window.hit=4>"

HONEST_TEXT = """
## My answer

If $a < b$ then `a<b` holds, and x < y too; a `Vec<T>` or Vec<T>. See [the docs](https://example.org/docs).

$$\\frac{\\partial L}{\\partial w} = \\sum_i x_i (p_i - y_i) < \\infty$$

\\begin{align}
f(x) &= x^2 \\\\
f'(x) &= 2x
\\end{align}

| step | loss |
|-----:|-----:|
| 1 | 0.5 |

```python
if a < b and c > d:
    print("<b>")
```

![my sketch](attachment:sketch.png)
"""

HONEST_CODE = """
from IPython.display import SVG, HTML, Latex, Markdown, display
display(SVG('<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40">'
            '<circle cx="20" cy="20" r="15" fill="teal"/></svg>'))
display(Latex(r'The slope is $\\frac{dy}{dx} < 1$'))
display(Markdown('**bold** and $x^2$'))
display(HTML('<table><tr><th>name</th><th>a &lt; b</th></tr>'
             '<tr><td style="color:teal">row</td><td>1</td></tr></table>'))
print('1 < 2', '\\x1b[32mgreen\\x1b[0m')
{'a': '<b>'}
"""


def sketch() -> str:
    """Return a small PNG as base64 text."""
    content = io.BytesIO()
    Image.new("RGB", (60, 30), "orange").save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def honest(notebook: NotebookNode) -> NotebookNode:
    """Add an answer with a pasted picture, and a cell that shows outputs of many kinds."""
    answer = next(c for c in notebook.cells if c.id == "why")
    answer.source = HONEST_TEXT
    answer.attachments = {"sketch.png": {"image/png": sketch()}}
    notebook.cells.append(new_code_cell(HONEST_CODE))
    return notebook


def hostile(notebook: NotebookNode) -> NotebookNode:
    """Put harm into every place of a notebook."""
    answer = next(c for c in notebook.cells if c.id == "why")
    answer.source = EVIL_MARKDOWN
    answer.attachments = {
        'x"><img src=x onerror=window.hit=5>': {"text/html": "<script>window.hit=5</script>"}
    }
    notebook.metadata["title"] = "</title><script>window.hit = 6</script>"
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "x": "</script><script>window.hit = 6</script>"
        }
    }
    text = new_markdown_cell("\n\n".join(EVIL_HTML))
    text.metadata["tags"] = ['"><script>window.hit = 6</script>', "a navbar-fixed-top"]
    text.metadata |= {"course_own": True, "course_card": True}
    raws = [
        new_raw_cell("<script>window.hit = 7</script>", metadata=m)
        for m in (
            {},
            {"raw_mimetype": "text/html"},
            {"raw_mimetype": "TEXT/HTML", "format": "text/html"},
        )
    ]
    show = new_code_cell(_evil_program(), metadata={"course_card": True, "course_own": True})
    notebook.cells += [
        text,
        *raws,
        show,
        new_code_cell("1 / 0  # </pre><script>window.hit = 8</script>"),
    ]
    return notebook


def _evil_program() -> str:
    kinds = {
        "application/javascript": "window.hit = 9",
        "text/latex": "$\\href{javascript:window.hit=9}{x}$ <script>window.hit = 9</script>",
        "text/markdown": EVIL_MARKDOWN,
        "image/svg+xml": EVIL_SVG,
        "image/png": '"><script>window.hit = 9</script>',
        "image/jpeg": '" onerror="window.hit=9',
        "text/vnd.mermaid": "</script><script>window.hit = 9</script>",
        "application/vnd.jupyter.widget-view+json": {
            "model_id": "</script><script>window.hit=9</script>"
        },
        "text/plain": "<script>window.hit = 9</script>",
    }
    lines = ["from IPython.display import HTML, display"]
    lines += [f"display(HTML({evil!r}))" for evil in EVIL_HTML]
    lines += [f"display({{{kind!r}: {data!r}}}, raw=True)" for kind, data in kinds.items()]
    isolated = {"text/html": {"isolated": True}}
    lines.append(f"display({{'text/html': {EVIL_HTML[0]!r}}}, raw=True, metadata={isolated})")
    size = {"image/png": {"width": '1 onerror="window.hit=9"', "unconfined": True, "alt": '"><b>'}}
    lines.append(f"display({{'image/png': {sketch()!r}}}, raw=True, metadata={size})")
    lines.append(
        "print('</pre><script>window.hit = 9</script>\\x1b[31m<b>\\x1b]8;;javascript:x\\x07y')"
    )
    lines.append(
        f"class Forged(Exception): pass\nForged.__name__ = {EVIL_HTML[1]!r}\nraise Forged({EVIL_HTML[1]!r})"
    )
    return "\n".join(lines)
