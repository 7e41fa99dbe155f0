"""What makes two Blocksworld problems one: the same links between blocks, whatever their names."""

from collections.abc import Sequence


def canonical_form(start: Sequence[Sequence[str]], goal: Sequence[Sequence[str]]) -> str:
    """Name the pair of start and goal up to the names of the blocks and the order of the stacks.

    Each block has at most one neighbour below and above, in start and in goal; a walk along these links in
    a fixed order numbers all blocks that hang together, and the least description over all blocks to begin
    with names them.
    """
    links = [_links(stacks) for stacks in (start, goal)]
    left = {block for stack in start for block in stack}
    parts: list[str] = []
    while left:
        part = _walk(min(left), links)
        left -= set(part)
        parts.append(min(_description(_walk(block, links), links) for block in part))
    return " | ".join(sorted(parts))


def _links(stacks: Sequence[Sequence[str]]) -> dict[str, tuple[str, str]]:
    return {
        block: (below, above)
        for stack in stacks
        for below, block, above in zip(("", *stack), stack, (*stack[1:], ""), strict=False)
    }


def _walk(block: str, links: Sequence[dict[str, tuple[str, str]]]) -> list[str]:
    order, seen = [block], {block}
    for here in order:
        for link in links:
            for near in link[here]:
                if near and near not in seen:
                    seen.add(near)
                    order.append(near)
    return order


def _description(order: Sequence[str], links: Sequence[dict[str, tuple[str, str]]]) -> str:
    number = {block: num for num, block in enumerate(order)} | {"": -1}
    return " ".join(",".join(str(number[link[block][0]]) for link in links) for block in order)
