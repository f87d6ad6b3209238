"""The three usual network elements, and the levels of numbers that are easy to remember."""

from django.db import migrations

_ELEMENTS = [
    ("hlr", "hlr", "归属用户服务器", "Subscriber register (HLR/HSS)"),
    ("dsmp", "dsmp", "业务平台", "Service platform (DSMP)"),
    ("eoms", "eoms", "运维施工", "Operations and field work (EOMS)"),
]
_LEVELS = [
    ("diamond", "钻石靓号", "Diamond", "8800.00", "588.00"),
    ("gold", "金牌靓号", "Gold", "1800.00", "288.00"),
    ("silver", "银牌靓号", "Silver", "500.00", "128.00"),
    ("bronze", "普通靓号", "Bronze", "0.00", "58.00"),
]


def add(apps, schema_editor):
    alias = schema_editor.connection.alias
    element = apps.get_model("provisioning", "NetworkElement")
    element.objects.using(alias).bulk_create(
        element(code=code, kind=kind, name_zh=zh, name_en=en) for code, kind, zh, en in _ELEMENTS
    )
    level = apps.get_model("provisioning", "NumberLevel")
    level.objects.using(alias).bulk_create(
        level(code=code, name_zh=zh, name_en=en, price=price, minimum_spend=spend)
        for code, zh, en, price, spend in _LEVELS
    )


class Migration(migrations.Migration):
    dependencies = [("provisioning", "0002_number_work_orders_and_list_resources")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
