"""One REST layer in the manner of TM Forum (TMF630); a resource is a declaration.

See README.md beside this file for how to declare one.
"""

from core.tmf.context import Context
from core.tmf.edge import urls
from core.tmf.filters import (
    Boolean,
    Choice,
    Constant,
    Day,
    Filter,
    Instant,
    Integer,
    Number,
    RowNumber,
    Text,
    Whole,
)
from core.tmf.links import Links
from core.tmf.registry import register
from core.tmf.resource import Answer, Ask, Create, Delete, Endpoint, Page, Patch, Resource
from core.tmf.shapes import (
    Body,
    Characteristic,
    Identifier,
    ItemIdentifier,
    Moment,
    Money,
    Name,
    Note,
    Prose,
    Reference,
    RelatedParty,
    TimePeriod,
)

__all__ = [
    "Answer",
    "Ask",
    "Body",
    "Boolean",
    "Characteristic",
    "Choice",
    "Constant",
    "Context",
    "Create",
    "Day",
    "Delete",
    "Endpoint",
    "Filter",
    "Identifier",
    "Instant",
    "Integer",
    "ItemIdentifier",
    "Links",
    "Moment",
    "Money",
    "Name",
    "Note",
    "Number",
    "Page",
    "Patch",
    "Prose",
    "Reference",
    "RelatedParty",
    "Resource",
    "RowNumber",
    "Text",
    "TimePeriod",
    "Whole",
    "register",
    "urls",
]
