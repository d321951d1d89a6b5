"""Who may do what, written by hand from the design's table of roles; nothing here comes from the code."""

STAFF, OPERATOR, APPROVER, ADMIN = "staff", "operator", "approver", "admin"
EVERYBODY = {STAFF, OPERATOR, APPROVER, ADMIN}  # whoever has a role is staff too

# What is typed, as somebody called mika@example.com, and which roles may.
MAY = {
    "vpn": EVERYBODY,
    "vpn help": EVERYBODY,
    "vpn on": EVERYBODY,
    "vpn on tokyo for 2h": EVERYBODY,
    "vpn extend 1h": EVERYBODY,
    "vpn off": EVERYBODY,
    "vpn off tokyo": EVERYBODY,
    "vpn off --all": {OPERATOR},
    "vpn off tokyo --all": {OPERATOR},
    "vpn status": EVERYBODY,
    "vpn profile": EVERYBODY,
    "deskside help": EVERYBODY,
    "deskside whoami": EVERYBODY,
    "deskside runs": {OPERATOR},
    "deskside cancel": {OPERATOR},
    "deskside cancel vpn-01jd2": {OPERATOR},
    "deskside pause": {ADMIN},
    "deskside pause because of the network": {ADMIN},
    "deskside resume": {ADMIN},
    "audit": EVERYBODY,
    "audit me": EVERYBODY,
    "audit me since 7d": EVERYBODY,
    "audit mika@example.com": EVERYBODY,
    "audit @U0MIKA0001": EVERYBODY,
    "audit ren@example.com": {ADMIN},
    "audit @U0REN00001": {ADMIN},
    "audit slack:U0GUEST001": {ADMIN},
    "audit tokyo": {ADMIN},
    "audit vpn:tokyo since 2d": {ADMIN},
}
