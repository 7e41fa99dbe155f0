"""Which texts of a conversation were turns: an agent may say several things before it is answered."""

from collections.abc import Iterable


def turns(messages: Iterable[tuple[str, str]]) -> list[str]:
    """Return the text of each turn from roles and contents, in their order.

    A turn ends where the user speaks again or the conversation ends; of several messages of the assistant
    in one, with calls of the trainer's own tools between them, the last is what was played.
    """
    texts: list[str] = []
    is_open = False
    for role, content in messages:
        if role == "assistant":
            if is_open:
                texts.pop()
            texts.append(content)
            is_open = True
        elif role == "user":
            is_open = False
    return texts
