"""Names of tables, columns and states in the reader's language.

Models are named once, in English by their fields and in Chinese by their states; the catalogues
under ``locale/`` hold the other half, and ``manage.py compile_words`` makes their binaries. A
console gives both to every table it shows.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_lazy


@cache
def in_both_languages(model: type[Model]) -> None:
    """Let the table, its columns, its states and its app be named in the reader's language."""
    meta: Any = model._meta
    app: Any = apps.get_app_config(meta.app_label)
    meta.verbose_name = gettext_lazy(str(meta.verbose_name))
    meta.verbose_name_plural = gettext_lazy(str(meta.verbose_name_plural))
    app.verbose_name = gettext_lazy(str(app.verbose_name))
    for field in meta.get_fields():
        if field.concrete:
            field.verbose_name = gettext_lazy(str(field.verbose_name))
            if field.choices:
                field.choices = [(key, gettext_lazy(str(word))) for key, word in field.choices]
