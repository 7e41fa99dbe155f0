"""`Geometry-v0`: lengths, areas, angles and lattice points with rational answers; each kind checked twice."""

from reasongym.core import Data
from reasongym.envs.math.geometry import coordinates, measures
from reasongym.envs.math.kinds import Kinds
from reasongym.registry import register

KINDS = measures.KINDS | coordinates.KINDS


@register("Geometry-v0")
class Geometry(Kinds):
    """Find a length, an area, an angle or a number of points, exactly; `data` as `Kinds` says."""

    family = "geometry"
    kinds = KINDS
    roots = True
    levels = (
        "rectangles up to 10 by 10 (a warm-up)",
        "angles of triangles, right triangles, rectangles",
        "trapezoids, boxes, sectors, similar triangles, regular polygons",
        "triangles by corners or sides, larger boxes, two rectangles that overlap",
        "polygons, distances, circles in and around triangles",
        "polygons with up to 8 corners, lattice points inside, circles around triangles",
        "polygons with up to 12 corners",
    )
    mixes = (
        (("area", 1),),
        (("third angle", 1), ("outside angles", 1), ("hypotenuse", 1), ("leg", 1), ("area", 3)),
        (("trapezoid", 2), ("surface", 2), ("sector", 2), ("similar", 2), ("regular", 2), ("hypotenuse", 4)),
        (("triangle", 2), ("heron", 3), ("surface", 9), ("union", 3), ("trapezoid", 9), ("sector", 9)),
        (("polygon", 2), ("distance", 1), ("circumcircle", 1), ("inradius", 4), ("heron", 5)),
        (("polygon", 5), ("inside", 4), ("circumcircle", 3), ("distance", 5)),
        (("polygon", 10), ("inside", 10)),
    )
    default_level = 3
    spaces = (81, 8_000, 18_000, 75_000, 60_000, 99_000, 99_000)
    chances = (0.051, 0.037, 0.007, 0.009, 0.012, 0.005, 0.004)

    def units(self, data: Data) -> tuple[str, ...]:
        return (*_UNITS, "\\pi", "pi", "π") if data["kind"] == "sector" else _UNITS


_UNITS = ("square units", "units", "degrees", "°")
