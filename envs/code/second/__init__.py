"""Every operation and rule once more, written differently: what proves that their sentences say one thing."""
