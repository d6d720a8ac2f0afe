"""Text that others wrote, made fit for a log or a terminal."""


def printable(text: str) -> str:
    r"""The text with each control character, line break and invisible sign as an escape such as ``\n`` or ``\x1b``.

    So nothing that Zuora, a browser or a person sent begins a line of its own, colours a terminal or turns its text.
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)
