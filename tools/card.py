"""Draw book/_static/card.png, the picture of the book's link previews, from tools/card.html.

python tools/card.py
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools import chromium  # noqa: E402

CARD = ROOT / "book" / "_static" / "card.png"


def main() -> int:
    """Draw it; return the exit status."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find())
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        page.goto((ROOT / "tools" / "card.html").as_uri())
        picture = page.screenshot()
        browser.close()
    # Few colours: a palette is a quarter of the bytes.
    Image.open(io.BytesIO(picture)).quantize(128).save(CARD, optimize=True)
    print(f"{CARD.relative_to(ROOT)}: {CARD.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
