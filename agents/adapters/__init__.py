"""Our environments inside outside trainers: one thin file per trainer, which is imported only when asked for.

Each gives exactly the bare environment's problems and rewards. The pages are in docs/trainers.
"""
