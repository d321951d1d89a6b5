"""The .ovpn file of a simulated endpoint, of the shape that ExportClientVpnClientConfiguration returns."""

import base64
import hashlib
import textwrap

from sandbox.aws.client_vpn_state import Endpoint


def profile_text(endpoint: Endpoint) -> str:
    """An OpenVPN client configuration; its certificate is made up and opens nothing."""
    digest = b"".join(hashlib.sha256(f"{endpoint.id}/{part}".encode()).digest() for part in range(18))
    certificate = "\n".join(textwrap.wrap(base64.b64encode(digest).decode(), 64))
    return "\n".join(
        [
            "client",
            "dev tun",
            f"proto {endpoint.transport}",
            f"remote {endpoint.id}.prod.clientvpn.us-east-1.amazonaws.com {endpoint.port}",
            "remote-random-hostname",
            "resolv-retry infinite",
            "nobind",
            "remote-cert-tls server",
            "cipher AES-256-GCM",
            "verb 3",
            "<ca>",
            "-----BEGIN CERTIFICATE-----",
            certificate,
            "-----END CERTIFICATE-----",
            "</ca>",
            "reneg-sec 0",
            "",
        ]
    )
