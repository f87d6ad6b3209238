"""What the consoles' pages stand on: lists to look at, pages to work on, in two languages."""

from core.console.lists import ReadOnly, ReadOnlyInline, number_of, shown_list
from core.console.pages import Page, render_page, render_part, render_refusal
from core.console.paging import CountedUpTo
from core.console.words import in_both_languages
from core.words import said

__all__ = [
    "CountedUpTo",
    "Page",
    "ReadOnly",
    "ReadOnlyInline",
    "in_both_languages",
    "number_of",
    "render_page",
    "render_part",
    "render_refusal",
    "said",
    "shown_list",
]
