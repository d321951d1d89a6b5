"""The way a simulated service says no."""


class Refused(Exception):
    """AWS's error `code` and message for a call; `status` where neither the model nor the code decides it."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
