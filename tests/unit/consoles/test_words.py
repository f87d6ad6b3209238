"""Every table, column and state of the consoles is named in both languages."""

from __future__ import annotations

import gettext
import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.utils.translation import override

from auth_center.consoles import boss_console, crm_console, oss_console
from core.management.commands.compile_words import binary, read_words, stale

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_CHINESE = {"ICCID", "IMSI"}
TELL = "add them to locale/*/LC_MESSAGES/django.po and run manage.py compile_words"
SITES = (crm_console, boss_console, oss_console)


def shown_models() -> set[Any]:
    admins = [(model, admin) for site in SITES for model, admin in site._registry.items()]
    return {model for model, _ in admins} | {
        inline.model for _, admin in admins for inline in admin.inlines
    }


def words() -> set[Any]:
    """Return everything that is shown by name, as what translates itself."""
    found: list[Any] = []
    for model in shown_models():
        meta = model._meta
        found += [meta.verbose_name, meta.verbose_name_plural]
        found.append(apps.get_app_config(meta.app_label).verbose_name)
        for field in meta.get_fields():
            if field.concrete:
                found.append(field.verbose_name)
                found += [word for _, word in field.choices or () if word]
    for site in SITES:
        for admin in site._registry.values():
            for name in [*admin.list_display, *admin.readonly_fields]:
                found.append(getattr(getattr(admin, name, None), "short_description", "编号"))
            found += [title for title, _ in admin.fieldsets or () if title]
            found += [admin.search_help_text] if admin.search_help_text else []
    return set(found)


def test_in_chinese_nothing_is_left_in_english() -> None:
    with override("zh-hans"):
        left = {str(word) for word in words() if not CHINESE.search(str(word))}
    assert left - SAME_IN_CHINESE == set(), TELL


def test_in_english_nothing_is_left_in_chinese() -> None:
    with override("en"):
        left = {str(word) for word in words() if CHINESE.search(str(word))}
    assert left - {"编号"} == set(), TELL


def test_the_binary_catalogues_say_what_their_texts_say() -> None:
    assert stale() == []


def test_a_text_is_read_as_gettext_reads_it(tmp_path: Path) -> None:
    text = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        '# a comment\nmsgid "one "\n"two"\nmsgstr "一 \\"二\\""\n\n'
        'msgctxt "door"\nmsgid "open"\nmsgstr "开"\n\n'
        'msgid "%d row"\nmsgid_plural "%d rows"\nmsgstr[0] "%d Zeile"\nmsgstr[1] "%d Zeilen"\n\n'
        'msgid "not yet"\nmsgstr ""\n'
    )
    made = tmp_path / "django.mo"
    made.write_bytes(binary(read_words(text)))
    with made.open("rb") as file:
        said = gettext.GNUTranslations(file)
    assert said.gettext("one two") == '一 "二"'
    assert said.pgettext("door", "open") == "开"
    assert [said.ngettext("%d row", "%d rows", n) for n in (1, 2)] == ["%d Zeile", "%d Zeilen"]
    assert said.gettext("not yet") == "not yet"


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_catalogue_keeps_the_places_of_values(language: str) -> None:
    path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
    for key, text in read_words(path.read_text()).items():
        if key:
            places = set(re.findall(r"%\(\w+\)s|%[sd]|\{\w*\}", key))
            assert set(re.findall(r"%\(\w+\)s|%[sd]|\{\w*\}", text)) == places, key
