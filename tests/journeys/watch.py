"""What a browser must never do while a person uses the service."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError


class Watch:
    """Notes each request to another machine, each error in the console and each broken page.

    A breach of the content security policy is an error in the console.
    """

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.faults: list[str] = []
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("console", self._said)
        context.on("weberror", self._threw)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(f"{self.url}/"):
            self.faults.append(f"a request left the service: {request.url}")

    def _answered(self, response: Response) -> None:
        asked = response.request
        # A page that saves by itself is told so when it cannot, and says so to its person.
        answered = asked.is_navigation_request() or asked.method == "POST"
        if response.status >= 500 or (response.status >= 400 and not answered):
            self.faults.append(f"{response.status} from {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        # A page that says what is wrong with a form is a 400; other bad answers are noted above.
        told_above = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not told_above:
            self.faults.append(f"the console said: {message.text}")

    def _threw(self, problem: WebError) -> None:
        self.faults.append(f"a script failed: {problem.error}")
