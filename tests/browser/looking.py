"""Looking at a page as people do: on a desk, on a phone, zoomed, in light and in dark; and as axe-core does."""

import json
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import CDPSession, Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
"""axe-core 4.14.1 of npm, MPL-2.0 (axe.LICENSE)."""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DESK, ZOOMED, PHONE = 1280, 640, 320
"""Widths in CSS pixels. A desk at 200 % zoom has as many as half a desk."""

_RUN = """axe.run(document, {runOnly: %s, resultTypes: ["violations"]}).then(found => JSON.stringify(
  found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id}: ${node.target.join(" ")}: ${node.any.concat(node.all, node.none).map(x => x.message).join("; ")}`
  ))))"""
_END_TRANSITIONS = "document.getAnimations().forEach(one => { try { one.finish(); } catch { one.cancel(); } })"
_WIDER_THAN_ITSELF = """(() => { const root = document.scrollingElement; return root.scrollWidth - innerWidth; })()"""


class Eyes:
    """They look through the debugger, which the strict content security policy does not bind."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.debugger: CDPSession = page.context.new_cdp_session(page)

    def _evaluate(self, expression: str) -> Any:
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self.debugger.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def see(self) -> list[str]:
        """What is wrong with the page in front of them, in every scheme and width."""
        self._evaluate(AXE)
        wrong = []
        for width in (DESK, ZOOMED, PHONE):
            self.page.set_viewport_size({"width": width, "height": 900})
            if (too_wide := self._evaluate(_WIDER_THAN_ITSELF)) > 0:
                wrong.append(f"{width} px: {too_wide} px to scroll sideways")
            if width == ZOOMED:
                continue
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme)
                self._evaluate(_END_TRANSITIONS)
                found = json.loads(self._evaluate(_RUN % json.dumps(WCAG)))
                wrong += [f"{width} px, {scheme}: {one}" for one in found]
        self.page.set_viewport_size({"width": DESK, "height": 900})
        return wrong
