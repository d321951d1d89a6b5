"""What the process counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_ACK_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 3.0)
_REQUEST_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_HEARD = (
    "What a chat sent: command, button, form, form_errors, file (an answer to an offered one), home (somebody opened "
    "theirs), refresh (a client asks for its reader's own card), met (the app was installed or removed, people came or "
    "went), ignored, unknown; refused: forged or from a stranger; unchecked: "
    "there were no keys to check it with"
)
_DELIVERIES = (
    "What became of deliveries: posted, updated, replied (in a thread), listed (held back, a line of a list), "
    "coalesced, retried, gone, refused, expired"
)
_QUEUE = "Queue messages: told, unknown (left for the dead-letter queue), failed (tried again)"
_ALERTS = (
    "What AWS sent, each alert once, by kind and by what came of it: opened, again, unknown (nobody can tell now), "
    "closed, corrected (what was known is more exact now), notice, stale (something newer was known); and again as "
    "unread where it is of an event that no function knows"
)
_CONFIG = "1 while the configuration file, as last read, is in use"


class Metrics:
    """The counters of one App, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.heard = Counter("deskside_heard", _HEARD, ["platform", "kind"], registry=registry)
        self.ack_seconds = Histogram(
            "deskside_ack_seconds",
            "From a chat's request to its acknowledgement",
            ["platform"],
            registry=registry,
            buckets=_ACK_BUCKETS,
        )
        self.request_seconds = Histogram(
            "deskside_request_seconds",
            "From a request to the end of its handling",
            ["platform"],
            registry=registry,
            buckets=_REQUEST_BUCKETS,
        )
        self.deliveries = Counter("deskside_deliveries", _DELIVERIES, ["outcome"], registry=registry)
        self.queue_messages = Counter("deskside_queue_messages", _QUEUE, ["outcome"], registry=registry)
        self.alerts = Counter("deskside_alerts", _ALERTS, ["kind", "outcome"], registry=registry)
        self.in_hand = Gauge("deskside_in_hand", "Requests being handled", registry=registry)
        self.config_good = Gauge("deskside_config_good", _CONFIG, registry=registry)
        self.claims_of_leavers = Counter(
            "deskside_claims_of_leavers", "Claims ended because the person has left", registry=registry
        )

    def render(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
