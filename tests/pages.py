"""What a browser would see of a page, for tests that look at it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page(HTMLParser):
    """The parts of a page that a test asks about. ``inline`` names all that a strict CSP would block."""

    html: str
    inline: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    posts_to: list[str] = field(default_factory=list)
    refreshes: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.inline += [f"{tag} {name}" for name in values if name == "style" or name.startswith("on")]
        self.inline += [f"{tag} {name}" for name, value in attrs if (value or "").lower().startswith("javascript:")]
        is_data = values.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in values and not is_data):
            self.inline.append(tag)
        if tag == "form" and (values.get("method") or "get").lower() == "post":
            self.posts_to.append(values.get("action") or "")
        if tag == "meta" and values.get("http-equiv") == "refresh":
            self.refreshes.append("noscript" in self._open)
        if tag == "noscript":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "noscript":
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    @property
    def text(self) -> str:
        """The words as they are read, with single spaces."""
        return " ".join(self.words)
