"""Verdicts in words, for a person who has just played."""

from reasongym.core import Verdict

REASONS = {
    "dead": "The position can no longer be won.",
    "deadlock": "The position can no longer be won.",
    "gave_up": "You gave up.",
    "hedged": "That says more than one thing; commit to one answer.",
    "illegal_guess": "That is not a guess the game allows.",
    "illegal_move": "That move is not allowed there.",
    "illegal_number": "That uses a number which is not given, or uses one too often.",
    "missing_name": "Somebody is missing.",
    "no_answer": "No answer was found in that.",
    "not_expanded": "That is not expanded.",
    "not_factored": "That is not factored.",
    "not_one_step": "That is not exactly one step.",
    "not_positive_whole": "The result must be a positive whole number.",
    "not_prime": "Not every factor there is prime.",
    "over_limit": "That is longer or larger than any answer needs to be.",
    "repeated": "Something is there twice.",
    "retracted": "You took the answer back.",
    "syntax": "That could not be read.",
    "turn_limit": "You have no turns left.",
    "unfinished": "That does not reach the goal.",
    "unknown_name": "That names somebody who is not in the problem.",
    "unused_number": "Every number must be used.",
    "wrong_count": "That is not the number of things asked for.",
    "wrong_length": "That has the wrong length.",
    "wrong_shape": "That does not have the shape asked for.",
    "wrong_value": "The value is not the one asked for.",
    "zero_division": "That divides by zero.",
}


def told(verdict: Verdict) -> str:
    """Say in a sentence what a verdict means, with its code where that adds something."""
    if verdict.reason == "ok":
        return "Right."
    sentence = REASONS.get(verdict.reason)
    if sentence is None:
        return f"{verdict.reason.replace('_', ' ').capitalize()}."
    return f"{sentence} ({verdict.reason})"
