"""The server to race against: OpenEnv's own reasoning-gym environment, behind its own server.

The environment is not in the package. This is one that does what it does (huggingface/OpenEnv,
envs/reasoning_gym_env/server/reasoning_gym_environment.py): `reset` makes a data set where it names one, and
then takes its next problem; `step` scores the answer and tells the right one. Its own limit of 8 sessions is
lifted. `python -m benchmarks.serving_rival` serves it at a port that it prints.
"""

from typing import Any

import reasoning_gym
import uvicorn
from openenv.core.env_server.http_server import create_app
from openenv.core.env_server.interfaces import Environment
from openenv.core.env_server.types import Action, Observation, State

from reasongym.web.listening import listen


class Answer(Action):
    """What is answered."""

    answer: str


class Asked(Observation):
    """A question, or what its answer has earned."""

    question: str | None = None
    score: float | None = None
    correct_answer: str | None = None
    dataset_metadata: dict[str, Any] | None = None


class ReasoningGym(Environment):
    """One session, with a data set that is kept until another is named."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self) -> None:
        super().__init__()
        self._state = State()
        self._dataset: Any = None
        self._problems: Any = None
        self._entry: Any = None

    def reset(
        self,
        dataset_name: str | None = None,
        seed: int | None = None,
        size: int | None = None,
        episode_id: str | None = None,
    ) -> Asked:
        """Ask the next question."""
        if dataset_name is not None:
            self._dataset = reasoning_gym.create_dataset(dataset_name, seed=seed, size=size)
            self._problems = iter(self._dataset)
        self._entry = next(self._problems)
        self._state = State(episode_id=episode_id, step_count=0)
        return Asked(question=self._entry["question"], reward=0.0)

    def step(self, action: Answer) -> Asked:
        """Score the answer."""
        self._state.step_count += 1
        score = self._dataset.score_answer(action.answer, self._entry)
        return Asked(
            score=score,
            correct_answer=self._entry["answer"],
            done=True,
            reward=float(score),
            dataset_metadata=self._entry["metadata"],
        )

    @property
    def state(self) -> State:
        """How far the episode is."""
        return self._state


def main() -> None:
    """Serve until interrupted."""
    app = create_app(ReasoningGym, Answer, Asked, env_name="reasoning_gym_env", max_concurrent_envs=1024)
    with listen("127.0.0.1", 0) as listener:
        print(f"serving at http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        server.run(sockets=[listener])


if __name__ == "__main__":
    main()
