"""MultiHopSearch: find by search what follows from several articles of an invented world."""

from reasongym.envs.multi_hop_search import env

__all__ = ["env"]
