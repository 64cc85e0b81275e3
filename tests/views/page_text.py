"""What somebody reads on a page that the server sent."""

from __future__ import annotations

import html
import re


def text_of(page: str) -> str:
    """Return a page's text in one line, without its tags and scripts."""
    without_scripts = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", without_scripts)).split())
