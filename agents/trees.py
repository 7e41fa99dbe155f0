"""Tree sampling: episodes that fork, so that every piece of one has siblings to be compared with.

A piece is `branch_tokens` sampled tokens or the rest of its turn, whichever is shorter; those of the last
depth go on to the episode's end. What comes before a piece is played once, however many ways it goes on. A
piece is worth the mean of those that follow it, a last one what its episode earned; siblings are a group as
good as any, and estimators need no case of their own. TreeRPO, arXiv 2506.05183.
"""

import statistics
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from reasongym.core import Problem, Session, Verdict
from reasongym.episodes import Completion, Episode, Message, Policy, Request
from reasongym.errors import PolicyError, Unscored
from reasongym.registry import get
from reasongym.rollouts import rollout
from reasongym.seeding import digest64
from reasongym.turns import Setting

Path: TypeAlias = tuple[int, ...]
"""Which way was taken at each fork."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How episodes fork."""

    branches: int
    """Ways each piece goes on."""
    tokens: int
    """Sampled tokens of a piece."""
    depth: int
    """Pieces from the first to the last."""

    def member(self, path: Path) -> int:
        """Number a path: no two have one number, whatever their lengths."""
        number = 0
        for way in path:
            number = number * (self.branches + 1) + way + 1
        return number

    def path(self, member: int) -> Path:
        """Return the path of a number."""
        ways: list[int] = []
        while member:
            member, way = divmod(member, self.branches + 1)
            ways.append(way - 1)
        return tuple(reversed(ways))


@dataclass(frozen=True, slots=True)
class Node:
    """Where an episode stands after a piece: an immutable value, so keeping it forks the episode."""

    path: Path
    session: Session
    messages: tuple[Message, ...]
    """Of the turns that are over."""
    prompt: tuple[int, ...]
    """Ids that the next piece goes on from."""
    said: tuple[int, ...] = ()
    """Ids of the turn that is not over yet."""
    completions: tuple[Completion, ...] = ()
    episode: Episode | None = None
    """Once it is over."""


Piece: TypeAlias = Generator[Request, Completion, Node]


def grow(
    policy: Policy, problems: Sequence[Problem], setting: Setting, shape: Shape, *, salt: str, max_live: int
) -> list[list[Episode]]:
    """Play a tree on each problem; returns its leaves, whose `member` is the number of their path."""
    roots = [_root(problem, setting) for problem in problems]
    open_nodes = [(group, root) for group, root in enumerate(roots)]
    leaves: list[list[Episode]] = [[] for _ in problems]
    for depth in range(shape.depth):
        forks = [(group, node, way) for group, node in open_nodes for way in range(shape.branches)]
        limit = shape.tokens if depth < shape.depth - 1 else None
        plays = (_piece(node, setting, shape, way, limit, salt) for _, node, way in forks)
        grown = zip(forks, rollout(policy, plays, max_live=max_live), strict=True)
        after = [(group, node) for (group, _, _), node in grown]
        open_nodes = [(group, node) for group, node in after if node.episode is None]
        for group, node in after:
            if node.episode is not None:
                leaves[group].append(replace(node.episode, group=group, member=shape.member(node.path)))
    return leaves


def _root(problem: Problem, setting: Setting) -> Node:
    if setting.renderer is None:
        raise PolicyError("tree sampling goes on from token ids: give it a renderer")
    messages = setting.template.open(problem.prompt)
    session = get(problem.row.env_id).begin(problem)
    return Node((), session, messages, tuple(setting.renderer.first_prompt(messages)))


def _piece(node: Node, setting: Setting, shape: Shape, way: int, limit: int | None, salt: str) -> Piece:
    """Go on with a node for at most `limit` tokens of its turn, or to the end of the episode."""
    node = replace(node, path=(*node.path, way))
    row = node.session.problem.row
    setting = replace(setting, calls=get(row.env_id).stop_strings(row))
    while True:
        left = _tokens_left(setting, node)
        if left <= 0:
            return _ended(node, Verdict(node.session.reward, False, "context_full"), is_truncated=True)
        most = left if limit is None else min(limit, left)
        place = f"{salt} tree {shape.member(node.path)} {node.session.num_turns} {len(node.said)}"
        key = digest64(b"%s %s" % (row.key, place.encode()))
        stop = (*setting.sampling.stop, *setting.calls)
        sampling = replace(setting.sampling, max_tokens=most, stop=stop)
        completion = yield Request(0, node.messages, list(node.prompt), sampling, key, node.session)
        node = _gone_on(node, setting, stop, completion, is_cut=most < left)
        if limit is not None or node.episode is not None:
            return node


def _tokens_left(setting: Setting, node: Node) -> int:
    left = setting.sampling.max_tokens - len(node.said)
    if setting.context_length is None:
        return left
    return min(left, setting.context_length - len(node.prompt))


def _gone_on(
    node: Node, setting: Setting, stop: Sequence[str], completion: Completion, *, is_cut: bool
) -> Node:
    """Add a completion; where it ended the turn, let the environment answer."""
    completion = _up_to_stop(node, setting, stop, completion)
    said = (*node.said, *completion.token_ids)
    node = replace(
        node,
        said=said,
        completions=(*node.completions, completion),
        prompt=(*node.prompt, *completion.token_ids),
    )
    if is_cut and completion.finish == "length":
        return node
    return _answered(node, setting, completion)


def _up_to_stop(node: Node, setting: Setting, stop: Sequence[str], completion: Completion) -> Completion:
    """Cut a piece at the token that completes a stop string which began in a piece before it."""
    assert setting.renderer is not None
    ids, text = completion.token_ids, setting.renderer.text
    if completion.finish != "length" or not node.said:
        return completion
    for count in range(1, len(ids) + 1):
        turn = text([*node.said, *ids[:count]])
        if any(one in turn for one in stop):
            kept, scores = ids[:count], completion.logprobs[:count]
            return replace(completion, text=text(kept), finish="stop", token_ids=kept, logprobs=scores)
    return completion


def _answered(node: Node, setting: Setting, completion: Completion) -> Node:
    """Let the environment answer a turn, and open the next one or end the episode."""
    assert setting.renderer is not None
    spoken = setting.renderer.text(list(node.said))
    text = setting.template.prefill + spoken
    env = get(node.session.problem.row.env_id)
    spoke = replace(node, messages=(*node.messages, Message("assistant", text)), said=())
    try:
        session, observation, _, verdict, truncated = env.advance(node.session, text)
    except Exception as error:  # whatever broke is our failure, and the other episodes play on
        told = str(error) if isinstance(error, Unscored) else f"{type(error).__name__}: {error}"
        return _ended(spoke, None, error=told)
    spoke = replace(spoke, session=session)
    if verdict is not None:
        return _ended(spoke, verdict, is_truncated=truncated or completion.finish == "length")
    messages = (*spoke.messages, Message("user", observation))
    whole = replace(completion, text=spoken)
    prompt = setting.renderer.next_prompt(whole, messages)
    return replace(spoke, messages=messages, prompt=tuple(prompt))


def _ended(
    node: Node, verdict: Verdict | None, *, is_truncated: bool = False, error: str | None = None
) -> Node:
    row, messages, completions = node.session.problem.row, list(node.messages), list(node.completions)
    episode = Episode(row, messages, completions, verdict, is_truncated=is_truncated, error=error)
    return replace(node, episode=episode)


@dataclass(frozen=True, slots=True)
class Valued:
    """A piece as an episode of its own, and what it is worth."""

    episode: Episode
    value: float


def siblings(leaves: Sequence[tuple[Episode, float]], shape: Shape) -> list[list[Valued]]:
    """Return the pieces of a tree by the piece they go on from, given its leaves and what these earned.

    Leaves that are missing, such as those nobody could judge, count nowhere.
    """
    below: defaultdict[Path, list[Path]] = defaultdict(list)
    earned: dict[Path, float] = {}
    through: dict[Path, Episode] = {}
    for leaf, reward in leaves:
        path = shape.path(leaf.member)
        earned[path] = reward
        for depth in range(len(path)):
            node = path[: depth + 1]
            if node not in through:
                through[node] = leaf
                below[path[:depth]].append(node)

    def value(node: Path) -> float:
        if node in earned:
            return earned[node]
        return statistics.fmean(value(child) for child in below[node])

    return [
        [Valued(_only(through[node], node, shape), value(node)) for node in nodes] for nodes in below.values()
    ]


def _only(leaf: Episode, node: Path, shape: Shape) -> Episode:
    """Leave of a leaf's episode the piece at a node, the last of which goes on to the end."""
    place = len(node) - 1
    end = None if len(node) == shape.depth else place + 1
    return replace(leaf, completions=leaf.completions[place:end], member=shape.member(node))
