"""Stages of a run: which lengths, groups and shaping hold, and when the next ones take over."""

from statistics import fmean

from reasongym.agents.config import RolloutSettings, Stage, TrainConfig
from reasongym.agents.shaping import Chain


class Stages:
    """Where a run stands among its stages; a pure function of its config and of the solve rates it was told.

    A run without stages is one stage that never ends.
    """

    def __init__(self, config: TrainConfig) -> None:
        self.stages = config.stages or (Stage(),)
        self._configs = [config.during(stage) for stage in self.stages]
        self._chains = [Chain(one.shaping) for one in self._configs]
        self.place = 0
        self._rates: list[float] = []

    @property
    def rollout(self) -> RolloutSettings:
        """How episodes are played."""
        return self._configs[self.place].rollout

    @property
    def chain(self) -> Chain:
        """What episodes earn."""
        return self._chains[self.place]

    def update(self, solve_rate: float) -> bool:
        """Take in a step's solve rate; returns whether the next stage begins."""
        self._rates.append(solve_rate)
        if self.place + 1 == len(self.stages) or not self._is_over():
            return False
        self.place, self._rates = self.place + 1, []
        return True

    def _is_over(self) -> bool:
        stage, rates = self.stages[self.place], self._rates
        if stage.steps and len(rates) >= stage.steps:
            return True
        span = stage.plateau
        return 0 < span <= len(rates) / 2 and fmean(rates[-span:]) <= fmean(rates[-2 * span : -span])

    def figures(self) -> dict[str, float]:
        """Return the number of the stage, from 1, where there are several."""
        return {"stage": self.place + 1} if len(self.stages) > 1 else {}

    @property
    def state(self) -> dict[str, int | list[float]]:
        """Everything that solve rates have changed, as JSON."""
        return {"place": self.place, "rates": list(self._rates)}

    @state.setter
    def state(self, state: dict[str, int | list[float]]) -> None:
        place, rates = state["place"], state["rates"]
        assert isinstance(place, int)
        assert isinstance(rates, list)
        self.place, self._rates = place, list(rates)
