"""Tokens: those that Teams sends to the app (RS256, with their published keys), and those that the app asks for.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import base64
import functools
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

Json = dict[str, Any]
ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"
TOKEN_SECONDS = 3600


@functools.cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """A private key of this process, made at its first use: it costs tens of milliseconds."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class SigningKeys:
    """The keys that Teams signs with and publishes; `rotate` replaces them."""

    def __init__(self) -> None:
        self._round = 0

    @property
    def kid(self) -> str:
        """The id of the key in use."""
        return f"desk-key-{self._round}"

    @property
    def private(self) -> rsa.RSAPrivateKey:
        """The key in use."""
        return rsa_key(self.kid)

    @property
    def public_pem(self) -> bytes:
        """The public key, as an attacker knows it."""
        form, kind = serialization.PublicFormat.SubjectPublicKeyInfo, serialization.Encoding.PEM
        return self.private.public_key().public_bytes(kind, form)

    def rotate(self) -> None:
        """Sign with another key from now on; the old one is no longer published."""
        self._round += 1

    def published(self) -> Json:
        """The JSON Web Key Set."""
        key = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        key = {name: value for name, value in key.items() if name != "key_ops"}
        return {"keys": [{**key, "use": "sig", "kid": self.kid, "x5t": self.kid, "endorsements": ["msteams"]}]}


def signed(keys: SigningKeys, claims: Json, *, alg: str = "RS256", kid: str | None = None, key: Any = None) -> str:
    """A token, also a forged one.

    `alg` may be "none" or an HMAC (whose secret is then, unless `key` gives one, the public key); `key` another
    private key, or the name of one that is made here; `kid` "" leaves it out.
    """
    header: Json = {"typ": "JWT", "alg": alg}
    name = keys.kid if kid is None else kid
    if name:
        header |= {"kid": name, "x5t": name}
    if alg == "none" or alg.startswith("HS"):
        return _unsafe(header, claims, keys.public_pem if key is None else key)
    private = rsa_key(f"foreign {key}") if isinstance(key, str) else key
    return jwt.encode(claims, private or keys.private, algorithm=alg, headers=header)


def _unsafe(header: Json, claims: Json, key: bytes | str) -> str:
    """A token as a library that cares would not make it."""
    parts = [_base64(json.dumps(part).encode()) for part in (header, claims)]
    if header["alg"] == "none":
        return f"{parts[0]}.{parts[1]}."
    secret = key.encode() if isinstance(key, str) else key
    digest = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}[header["alg"]]
    return ".".join([*parts, _base64(hmac.new(secret, ".".join(parts).encode(), digest).digest())])


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class LoginError(Exception):
    """The login service's refusal."""

    def __init__(self, status: int, error: str, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.error = error
        self.body = {"error": error, "error_description": f"AADSTS{number}: {sentence}", "error_codes": [number]}


@dataclass
class AppTokens:
    """The app's own tokens, as the login service issues them for its secret."""

    app_id: str
    password: str
    tenant: str
    now: Callable[[], float]
    _issued: dict[str, float] = field(default_factory=dict)

    def issue(self, tenant: str, form: Json) -> Json:
        """The answer of the token endpoint. Raises LoginError."""
        if tenant != self.tenant:
            raise LoginError(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("grant_type") != "client_credentials":
            raise LoginError(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("client_id") != self.app_id:
            raise LoginError(400, "unauthorized_client", 700016, "The application was not found in the directory.")
        if not hmac.compare_digest(str(form.get("client_secret", "")).encode(), self.password.encode()):
            raise LoginError(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if form.get("scope") != SCOPE:
            raise LoginError(
                400, "invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid."
            )
        token = secrets.token_urlsafe(48)
        self._issued[token] = self.now() + TOKEN_SECONDS
        return {
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS - 1,
            "ext_expires_in": TOKEN_SECONDS - 1,
            "access_token": token,
        }

    def valid(self, header: str | None) -> bool:
        """Whether an Authorization header has a token that was issued here and has not expired."""
        scheme, _, token = (header or "").partition(" ")
        return scheme.lower() == "bearer" and self._issued.get(token, 0.0) > self.now()

    def revoke(self) -> None:
        """Let all tokens end now."""
        self._issued.clear()
