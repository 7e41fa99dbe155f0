"""`Geometry-v0`: lengths, areas, angles and lattice points with rational answers; each kind checked twice."""

from reasongym.envs.math.geometry import env

__all__ = ["env"]
