"""Second opinions of a run, as `rescore --second-opinion` shows them."""

from collections.abc import Sequence

from rich.console import Console

from reasongym.cli.progress import progress
from reasongym.cli.scores import printable
from reasongym.episodes import Episode
from reasongym.evaluation.second_opinion import (
    Disagreement,
    SecondOpinions,
    Tally,
    asked_of_run,
    verdict_of,
)

_SHOWN_CHARS = 160


def print_second_opinions(console: Console, episodes: Sequence[Episode]) -> None:
    """Ask for second opinions of a run, and print counts and every disagreement."""
    tally = Tally()
    with SecondOpinions() as opinions:
        asked = list(asked_of_run(episodes))
        with progress(console, "second opinions", len(asked)) as show:
            for at, one in enumerate(asked, 1):
                for opinion in opinions.on(one):
                    tally.add(one, opinion)
                show(at)
    _print_tally(console, tally, len(asked))


def _print_tally(console: Console, tally: Tally, num_asked: int) -> None:
    if not num_asked:
        console.print("no episode of mathematics to have a second opinion of", highlight=False)
        return
    for peer, counts in tally.counts.items():
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
        console.print(f"{peer} on {num_asked} different completions: {told}", highlight=False, markup=False)
    for one in tally.disagreements:
        console.print(printable(_told(one)), highlight=False, markup=False, soft_wrap=True)


def _told(one: Disagreement) -> str:
    asked, opinion = one
    answer = "no answer" if asked.extracted is None else " ".join(asked.extracted.split())
    return (
        f"{asked.place}: gold {asked.gold}, {answer[:_SHOWN_CHARS]}: we say {verdict_of(asked.correct)} "
        f"({asked.reason}), {opinion.peer} says {opinion.verdict} ({opinion.reason})"
    )
