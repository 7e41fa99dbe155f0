"""Where a game of many turns becomes one question: the whole plan, written as one answer."""

from reasongym.core import Env


class WholePlan(Env):
    """Named before the class of the game, it ends every episode after one turn, which `verify` judges."""

    max_turns = Env.max_turns
    start = Env.start
    begin = Env.begin
    act = Env.act
