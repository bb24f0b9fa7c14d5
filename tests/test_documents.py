"""README and the other pages: links that lead somewhere, commands that exist."""

import re

import pytest

from helpers.notebooks import NOTEBOOKS, ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("assets/**/*.md")])
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())


@each_page
def test_links_and_pictures_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'<img[^>]*src="([^"]+)"', text)
    for target in targets:
        if not target.startswith(("http://", "https://", "#")):
            assert (page.parent / target.split("#")[0]).exists(), target
    assert text.count("<img") == len(re.findall(r'<img[^>]*alt="[^"]+"', text))
    assert "![](" not in text


@each_page
def test_every_make_verb_and_module_named_exists(page):
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for verb in set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.M)):
        assert re.search(rf"^{verb}:", makefile, re.M), verb
    for module in set(re.findall(r"python -m ((?:helpers|tests)[\w.]*)", text)):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_the_readme_lists_every_lesson_in_order():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\(notebooks/(\d\d_\w+)/", text)
    assert listed == sorted(p.parent.name for p in NOTEBOOKS.glob("*/*.ipynb"))
