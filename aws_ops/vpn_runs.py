"""Client VPN on demand, as commands use it: everything is idempotent, synchronous and over in a few calls.

One run per endpoint, one claim per person. What is written here are wishes; `workflows/vpn.py` is what acts on them.
"""

from aws_ops.vpn_claims import Claimed, Ended, cancel, claim, end, extend
from aws_ops.vpn_items import Claim, VpnEndpoint
from aws_ops.vpn_status import VpnStatus, claims, profile, status
from aws_ops.vpn_wishes import Contended

__all__ = [
    "Claim",
    "Claimed",
    "Contended",
    "Ended",
    "VpnEndpoint",
    "VpnStatus",
    "cancel",
    "claim",
    "claims",
    "end",
    "extend",
    "profile",
    "status",
]
