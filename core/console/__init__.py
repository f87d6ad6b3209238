"""What the consoles' pages stand on: lists to look at, counted with care, in two languages."""

from core.console.lists import ReadOnly, ReadOnlyInline, number_of, shown_list
from core.console.paging import CountedUpTo
from core.console.words import in_both_languages, said

__all__ = [
    "CountedUpTo",
    "ReadOnly",
    "ReadOnlyInline",
    "in_both_languages",
    "number_of",
    "said",
    "shown_list",
]
