"""Supervised steps on completions: what priming and fine-tuning on conversations share.

The loss is the mean of -log p over the sampled ids of a step's episodes, counted over all of them: prompts,
observations and padding carry none, and no row sees another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reasongym.agents.batch import micro_batches, weigh
from reasongym.agents.host_memory import keep_freed_memory
from reasongym.agents.models import LoadedModel
from reasongym.agents.optimizer import Optimizer
from reasongym.agents.passes import Cut
from reasongym.agents.run_folder import RunFolder
from reasongym.agents.scoring import Scorer
from reasongym.episodes import Episode

Metrics = dict[str, float]


@dataclass(slots=True)
class SupervisedRun:
    """A run of `num_steps` steps: a pure function of what `episodes` gives, resumable after a kill."""

    loaded: LoadedModel
    folder: RunFolder
    scorer: Scorer
    optimizer: Optimizer
    num_steps: int
    checkpoint_every: int
    micro_tokens: int = 0
    """As in the configuration's `optimizer`."""
    step: int = 0

    def __post_init__(self) -> None:
        self.loaded.model.eval()  # dropout would draw from the global stream
        keep_freed_memory()

    def run(
        self,
        episodes: Callable[[int], Sequence[Episode]],
        on_step: Callable[[Metrics], None],
        figures: Callable[[int, Sequence[Episode]], Metrics] = lambda _, __: {},
    ) -> None:
        """Learn to the last step, from the last checkpoint if there is one; `figures` go into the log."""
        with self.folder.alone():
            self._restore()
            while self.step < self.num_steps:
                learned = episodes(self.step)
                metrics = {"step": self.step + 1, "loss": self._update(learned)} | dict(
                    figures(self.step, learned)
                )
                self.step += 1
                self.folder.append_json("metrics.jsonl", metrics)
                on_step(metrics)
                if self.step == self.num_steps or self.step % self.checkpoint_every == 0:
                    self._save()

    def _update(self, episodes: Sequence[Episode]) -> float:
        """Take one step on the mean loss per token; returns it in nats."""
        total = 0.0
        rows = weigh(episodes, [1.0] * len(episodes), "token-mean")
        cut, is_shared = Cut.of(self.loaded, self.micro_tokens), self.scorer.shares_prompts()
        batches = micro_batches(
            rows, max_tokens=cut.max_tokens, device=cut.device, dtype=cut.dtype, shares_prompts=is_shared
        )
        for micro in batches:
            loss = -(micro.weights * self.scorer(micro).logprobs).sum()
            self.optimizer.backward(loss)
            total += float(loss.detach())
        self.optimizer.step(self.step)
        return total

    def _save(self) -> None:
        state = {"model": self.loaded.trained_weights(), "optimizer": self.optimizer.state_dict()}
        self.folder.save(self.step, state)

    def _restore(self) -> None:
        saved = self.folder.restore()
        if saved is not None:
            self.step, state = saved
            self.loaded.load_trained_weights(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
