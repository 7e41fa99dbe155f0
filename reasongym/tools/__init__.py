"""Tools that a player may use between its turns: how calls are written, run and answered."""

from reasongym.tools.formats import FORMATS, Format, Reader, Tool
from reasongym.tools.python import PythonTool
from reasongym.tools.search import Article, SearchTool

__all__ = ["FORMATS", "Article", "Format", "PythonTool", "Reader", "SearchTool", "Tool"]
