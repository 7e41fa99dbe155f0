"""Keeping to a limit per minute by spreading what is used evenly over time."""

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """Says how long to wait so that no more than `per_minute` is used in any minute.

    Each use holds the line for as long as the limit takes to earn it. Times are seconds of one clock.
    """

    per_minute: float = float("inf")
    free_at_s: float = 0.0
    """When the next use may begin."""
    paused_until_s: float = 0.0

    def wait_s(self, amount: float, now_s: float) -> float:
        """Take a place in the line for `amount`; returns the seconds until it may begin."""
        begins_s = max(self.free_at_s, self.paused_until_s, now_s)
        self.free_at_s = begins_s + 60 * amount / self.per_minute
        return begins_s - now_s

    def settle(self, surplus: float) -> None:
        """Give back what was reserved and not used, or take what was used beyond it (a negative surplus)."""
        self.free_at_s -= 60 * surplus / self.per_minute

    def pause(self, until_s: float) -> None:
        """Let nothing that asks from here on begin before a time."""
        self.paused_until_s = max(self.paused_until_s, until_s)
