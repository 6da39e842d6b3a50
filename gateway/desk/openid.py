"""Login by OpenID Connect: the authorization code flow with PKCE, roles from the groups that the provider names.

Authlib speaks the protocol and verifies the ID token; what has to be remembered on the way is in the session.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.desk.roles import DeskRole
from rules.text import one_line

PATIENCE: Final = 10.0
"""Seconds that the provider has for an answer."""

_SCOPE: Final = "openid profile email"

_METADATA: Final = "/.well-known/openid-configuration"
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a key pair only: none that the client's secret could make."""


class LoginRefused(Exception):
    """The provider did not log the person in, or what it says does not hold. One line, without any token."""


class ProviderAway(Exception):
    """The provider does not answer, or not as it should."""


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for."""

    name: str
    roles: frozenset[DeskRole]


class OpenId:
    """A provider, and this gateway as its client.

    :param groups_claim: the claim of the ID token or of the user info that lists a person's groups.
    :param roles: names of roles by group; a group that is named as a role gives it anyway.
    :raises ValueError: for a role that there is not.
    """

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, *, groups_claim: str, roles: Mapping[str, str]
    ) -> None:
        unknown = sorted(set(roles.values()) - set(DeskRole))
        if unknown:
            raise ValueError(f"REXV_OIDC_ROLES: unknown role {', '.join(unknown)}; expected {', '.join(DeskRole)}")
        self._issuer, self._client_id, self._secret = issuer, client_id, client_secret
        self._groups_claim, self._roles = groups_claim, dict(roles)
        self._metadata: dict[str, Any] | None = None

    async def begin(self, back: str) -> tuple[str, str]:
        """Where to send the browser, and what to keep until it comes back.

        :param back: the address to come back to.
        :raises ProviderAway: where the provider cannot be asked.
        """
        metadata = await self._ask_metadata()
        verifier, nonce = generate_token(48), generate_token(24)
        state = generate_token(24)
        url = prepare_grant_uri(
            metadata["authorization_endpoint"],
            self._client_id,
            "code",
            redirect_uri=back,
            scope=_SCOPE,
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]  # lacks types
            code_challenge_method="S256",
        )
        return url, json.dumps([state, nonce, verifier])

    async def finish(self, back: str, kept: str, answer: Mapping[str, str]) -> Identity:
        """Who came back.

        :param kept: as ``begin`` gave it.
        :param answer: the query with which the browser came.
        :raises LoginRefused: where the login failed or does not belong to this browser.
        :raises ProviderAway: where the provider cannot be asked.
        """
        try:
            state, nonce, verifier = json.loads(kept)
        except ValueError:
            raise LoginRefused("this browser has begun no login") from None
        if answer.get("state") != state:
            raise LoginRefused("the answer belongs to another login")
        if "code" not in answer:
            raise LoginRefused(f"the provider says: {one_line(answer.get('error', 'nothing'), 100)}")
        metadata = await self._ask_metadata()
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            try:
                token = await self._exchange(client, metadata["token_endpoint"], back, answer["code"], verifier)
                claims = await self._claims(client, metadata, token, nonce)
            except (httpx.HTTPError, KeyError) as error:
                raise ProviderAway(type(error).__name__) from None
            except (JoseError, AuthlibBaseError, ValueError) as error:
                raise LoginRefused(f"the provider's answer does not hold ({type(error).__name__})") from None
        return self._identity(claims)

    async def _exchange(
        self, client: httpx.AsyncClient, endpoint: str, back: str, code: str, verifier: str
    ) -> dict[str, Any]:
        """The tokens for the code. The secret goes as basic authentication, which every provider takes."""
        answer = await client.post(
            endpoint,
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier},
            auth=(quote(self._client_id, safe=""), quote(self._secret, safe="")),
        )
        if answer.status_code in (400, 401, 403):
            raise LoginRefused("the provider does not take the code, or this client's secret")
        token = answer.raise_for_status().json()
        if not isinstance(token, dict) or "id_token" not in token:
            raise LoginRefused("the provider gave no ID token")
        return token

    async def _claims(
        self, client: httpx.AsyncClient, metadata: dict[str, Any], token: dict[str, Any], nonce: str
    ) -> dict[str, Any]:
        keys = KeySet.import_key_set((await client.get(metadata["jwks_uri"])).raise_for_status().json())
        decoded = await asyncio.to_thread(jwt.decode, token["id_token"], keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": metadata["issuer"]},
                "aud": {"essential": True, "value": self._client_id},
            },
            {"nonce": nonce, "client_id": self._client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=60)
        told = dict(claims)
        if self._groups_claim not in told and "userinfo_endpoint" in metadata:
            bearer = {"Authorization": f"Bearer {token['access_token']}"}
            info = (await client.get(metadata["userinfo_endpoint"], headers=bearer)).raise_for_status().json()
            if info.get("sub") == told.get("sub"):
                told = info | told
        return told

    def _identity(self, claims: dict[str, Any]) -> Identity:
        name = one_line(str(claims.get("name") or claims.get("preferred_username") or claims["sub"]), 100)
        groups = claims.get(self._groups_claim) or []
        groups = [groups] if isinstance(groups, str) else groups
        named = {self._roles.get(str(each), str(each).strip("/")) for each in groups}
        roles = frozenset(DeskRole(each) for each in named if each in tuple(DeskRole))
        if not roles:
            raise LoginRefused(f"{name} belongs to no group that has a role here")
        return Identity(name, roles)

    async def _ask_metadata(self) -> dict[str, Any]:
        if self._metadata is None:
            try:
                async with httpx.AsyncClient(timeout=PATIENCE) as client:
                    metadata = (await client.get(self._issuer + _METADATA)).raise_for_status().json()
                    if str(metadata["issuer"]).rstrip("/") != self._issuer:
                        raise ProviderAway("it names another issuer")
                    for each in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                        str(metadata[each])
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise ProviderAway(type(error).__name__) from None
            self._metadata = metadata
        return self._metadata
