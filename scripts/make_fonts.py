"""Unpack the web fonts that documents use: a PDF renderer reads plain TrueType forty times faster."""

import sys
from pathlib import Path

from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    "Inter-Regular": "inter-ui/web/Inter-Regular.woff2",
    "Inter-Medium": "inter-ui/web/Inter-Medium.woff2",
    "Inter-SemiBold": "inter-ui/web/Inter-SemiBold.woff2",
    "Inter-Bold": "inter-ui/web/Inter-Bold.woff2",
    "JetBrainsMono-Regular": "@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2",
}


def main() -> int:
    """Write one .ttf for each source."""
    target = ROOT / "build" / "fonts"
    target.mkdir(parents=True, exist_ok=True)
    for name, source in SOURCES.items():
        font = TTFont(ROOT / "node_modules" / source, recalcTimestamp=False)
        font.flavor = None
        font.save(target / f"{name}.ttf")
    return 0


if __name__ == "__main__":
    sys.exit(main())
