"""A browser without scripts, as far as the desk needs one: it keeps cookies, and sends the forms of its last page."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx

PASSWORD = "correct horse battery"


class Browser:
    """One person's. ``page`` is what it shows."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page = ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Look at a page, whatever it redirects to."""
        return self._shown(await self.client.get(path, headers=headers, follow_redirects=True))

    async def send(
        self, path: str, files: Any = None, headers: dict[str, str] | None = None, **fields: Any
    ) -> httpx.Response:
        """Send a form with the token of the page that is shown, and follow where it leads."""
        answer = await self.client.post(
            path,
            data={"form_token": self.token, **fields},
            files=files,
            headers={"origin": str(self.client.base_url).rstrip("/"), **(headers or {})},
            follow_redirects=True,
        )
        return self._shown(answer)

    async def log_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Log in at the form."""
        await self.get("/desk/login")
        return await self.send("/desk/login", name=name, password=password)

    @property
    def token(self) -> str:
        """Of the forms of the page."""
        found = re.search(r'name="form_token" value="([^"]*)"', self.page)
        return found[1] if found else ""

    @property
    def heading(self) -> str:
        """The first heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page, re.DOTALL)
        return self._words(found[1]) if found else ""

    @property
    def text(self) -> str:
        """All that a person can read."""
        return self._words(re.sub(r"<(head|title)\b.*?</\1>", " ", self.page, flags=re.DOTALL))

    def links(self, beginning: str) -> list[str]:
        """The addresses that the page leads to."""
        return [unescape(each) for each in re.findall(r'href="([^"]+)"', self.page) if each.startswith(beginning)]

    def _shown(self, answer: httpx.Response) -> httpx.Response:
        self.page = answer.text if answer.headers.get("content-type", "").startswith("text/html") else ""
        return answer

    def _words(self, html: str) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
