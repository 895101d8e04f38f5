"""What kind of browser somebody uses, in words they know it by; never all that it says of itself.

What a browser says can be made up, so this tells a person their own sessions apart and proves
nothing.
"""

from __future__ import annotations

#: What stands in the words of a browser, and its name. A browser names those it descends from too,
#: so the first that is found counts.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def browser_words(said: str) -> str:
    """``Firefox on Windows``, from what a browser says of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in said), "Another browser")
    machine = next((name for mark, name in _MACHINES if mark in said), "")
    return f"{browser} on {machine}" if machine else browser
