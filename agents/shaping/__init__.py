"""Shaping: what an episode earns for learning, as a chain of small functions named in the config."""

from reasongym.agents.shaping.chain import Chain, Shaped, figures
from reasongym.agents.shaping.contract import Member, PerToken, Tokens, shaping

__all__ = ["Chain", "Member", "PerToken", "Shaped", "Tokens", "figures", "shaping"]
