"""What programs are composed of: a sentence of the specification and the function that does what it says.

The functions are the reference, and their source is what the oracle writes; so they need no names but their
own, Python's and those of the modules that `pipelines` imports for them. `second` holds each once more,
written differently.
"""
