"""Numbers, SIM cards, the network and its services, lines, orders and work orders."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ResourceRow",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("category", models.CharField(max_length=6)),
                ("state", models.CharField(max_length=12)),
                ("region", models.CharField(max_length=40)),
            ],
            options={
                "db_table": "provisioning_resource",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "subscriber_no",
                    models.CharField(max_length=24, primary_key=True, serialize=False),
                ),
                ("msisdn", models.CharField(max_length=11)),
                ("iccid", models.CharField(max_length=20)),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "bar",
                    models.CharField(
                        choices=[("none", "不限制"), ("outgoing", "限呼出"), ("both", "双向限制")],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("version", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "在网"), ("terminated", "已拆机")], max_length=10
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("msisdn",),
                        name="line_one_a_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("iccid",),
                        name="line_one_a_card",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["active", "terminated"])),
                        name="line_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bar__in", ["none", "outgoing", "both"])),
                        name="line_bar_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 0)), name="line_version"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NetworkElement",
            fields=[
                ("code", models.CharField(max_length=20, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hlr", "HLR/HSS 用户数据"),
                            ("dsmp", "业务平台 DSMP"),
                            ("eoms", "人工施工 EOMS"),
                        ],
                        max_length=8,
                    ),
                ),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                ("base_url", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["hlr", "dsmp", "eoms"])),
                        name="networkelement_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_-]*$")),
                        name="networkelement_code",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NetworkService",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=12)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                ("release_no", models.CharField(max_length=40)),
                ("synced_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["resource", "function", "content"])),
                        name="networkservice_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberLevel",
            fields=[
                ("code", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("name_zh", models.CharField(max_length=40)),
                ("name_en", models.CharField(max_length=40)),
                ("price", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("minimum_spend", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("currency", models.CharField(default="CNY", max_length=3)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("minimum_spend__gte", 0), ("price__gte", 0)),
                        name="numberlevel_not_negative",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProvisioningOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sub_order_no", models.CharField(max_length=40)),
                ("flow_no", models.CharField(max_length=24)),
                ("sender", models.CharField(max_length=16)),
                ("subject", models.CharField(max_length=40)),
                ("message_id", models.UUIDField()),
                ("thread", models.JSONField()),
                ("clock", models.IntegerField()),
                (
                    "action",
                    models.CharField(
                        choices=[("activate", "开通"), ("modify", "变更"), ("deactivate", "拆除")],
                        max_length=12,
                    ),
                ),
                ("subscriber_no", models.CharField(max_length=24)),
                ("msisdn", models.CharField(max_length=11)),
                ("iccid", models.CharField(max_length=20)),
                ("reservation", models.CharField(blank=True, default="", max_length=200)),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                (
                    "bar",
                    models.CharField(
                        choices=[("none", "不限制"), ("outgoing", "限呼出"), ("both", "双向限制")],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("version", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "处理中"), ("done", "完成"), ("refused", "拒绝")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("cause_code", models.CharField(blank=True, default="", max_length=60)),
                ("cause_zh", models.TextField(blank=True, default="")),
                ("cause_en", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["subscriber_no", "id"], name="provisioningorder_subscriber"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["open", "refused"])),
                        fields=["reservation"],
                        name="provisioningorder_keeps",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sub_order_no",), name="provisioningorder_sub_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["activate", "modify", "deactivate"])),
                        name="provisioningorder_action_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "done", "refused"])),
                        name="provisioningorder_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bar__in", ["none", "outgoing", "both"])),
                        name="provisioningorder_bar_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state", "open")),
                            models.Q(
                                models.Q(("state", "open"), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="provisioningorder_closed_when_closed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "refused"), models.Q(("cause_code", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "refused"), _negated=True), ("cause_code", "")
                            ),
                            _connector="OR",
                        ),
                        name="provisioningorder_refused_for_a_cause",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimCard",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("free", "空闲"),
                            ("reserved", "预占"),
                            ("in_use", "在用"),
                            ("cooling", "冷却"),
                            ("ported_out", "已携出"),
                        ],
                        default="free",
                        max_length=12,
                    ),
                ),
                ("region", models.CharField(blank=True, default="", max_length=40)),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("reserved_until", models.DateTimeField(blank=True, null=True)),
                ("subscriber_no", models.CharField(blank=True, default="", max_length=24)),
                ("cooling_until", models.DateTimeField(blank=True, null=True)),
                ("iccid", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("imsi", models.CharField(max_length=15)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "reserved")),
                        fields=["reference"],
                        name="simcard_reserved",
                    ),
                    models.Index(
                        condition=models.Q(("state", "reserved")),
                        fields=["reserved_until"],
                        name="simcard_until",
                    ),
                    models.Index(
                        condition=models.Q(("state", "cooling")),
                        fields=["cooling_until"],
                        name="simcard_cooling",
                    ),
                    models.Index(fields=["state", "iccid"], name="simcard_by_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["free", "reserved", "in_use", "cooling", "ported_out"])
                        ),
                        name="simcard_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reserved_until__isnull", False),
                                ("state", "reserved"),
                                models.Q(("reference", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "reserved"), _negated=True),
                                ("reserved_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="simcard_reserved_for_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "in_use"), models.Q(("subscriber_no", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "in_use"), _negated=True), ("subscriber_no", "")
                            ),
                            _connector="OR",
                        ),
                        name="simcard_used_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cooling_until__isnull", False), ("state", "cooling")),
                            models.Q(
                                models.Q(("state", "cooling"), _negated=True),
                                ("cooling_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="simcard_cools_for_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_use")),
                        fields=("subscriber_no",),
                        name="simcard_one_a_subscriber",
                    ),
                    models.UniqueConstraint(fields=("imsi",), name="simcard_one_imsi"),
                    models.CheckConstraint(
                        condition=models.Q(("iccid__regex", "^89[0-9]{17,18}$")),
                        name="simcard_iccid",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("imsi__regex", "^[0-9]{15}$")), name="simcard_imsi"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhoneNumber",
            fields=[
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("free", "空闲"),
                            ("reserved", "预占"),
                            ("in_use", "在用"),
                            ("cooling", "冷却"),
                            ("ported_out", "已携出"),
                        ],
                        default="free",
                        max_length=12,
                    ),
                ),
                ("region", models.CharField(blank=True, default="", max_length=40)),
                ("reference", models.CharField(blank=True, default="", max_length=200)),
                ("reserved_until", models.DateTimeField(blank=True, null=True)),
                ("subscriber_no", models.CharField(blank=True, default="", max_length=24)),
                ("cooling_until", models.DateTimeField(blank=True, null=True)),
                ("msisdn", models.CharField(max_length=11, primary_key=True, serialize=False)),
                ("ported_in", models.BooleanField(default=False)),
                (
                    "level",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="provisioning.numberlevel",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "reserved")),
                        fields=["reference"],
                        name="phonenumber_reserved",
                    ),
                    models.Index(
                        condition=models.Q(("state", "reserved")),
                        fields=["reserved_until"],
                        name="phonenumber_until",
                    ),
                    models.Index(
                        condition=models.Q(("state", "cooling")),
                        fields=["cooling_until"],
                        name="phonenumber_cooling",
                    ),
                    models.Index(fields=["state", "msisdn"], name="phonenumber_by_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["free", "reserved", "in_use", "cooling", "ported_out"])
                        ),
                        name="phonenumber_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("reserved_until__isnull", False),
                                ("state", "reserved"),
                                models.Q(("reference", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "reserved"), _negated=True),
                                ("reserved_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="phonenumber_reserved_for_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "in_use"), models.Q(("subscriber_no", ""), _negated=True)
                            ),
                            models.Q(
                                models.Q(("state", "in_use"), _negated=True), ("subscriber_no", "")
                            ),
                            _connector="OR",
                        ),
                        name="phonenumber_used_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cooling_until__isnull", False), ("state", "cooling")),
                            models.Q(
                                models.Q(("state", "cooling"), _negated=True),
                                ("cooling_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="phonenumber_cools_for_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_use")),
                        fields=("subscriber_no",),
                        name="phonenumber_one_a_subscriber",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("msisdn__regex", "^1[3-9][0-9]{9}$")),
                        name="phonenumber_msisdn",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceCommand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("command", models.CharField(max_length=40)),
                ("parameters", models.JSONField(blank=True, default=dict)),
                ("position", models.SmallIntegerField(default=0)),
                (
                    "element",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commands",
                        to="provisioning.networkelement",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commands",
                        to="provisioning.networkservice",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("service", "element", "position"), name="servicecommand_position"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("command", ""), _negated=True),
                        name="servicecommand_says_something",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkOrder",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("work_order_no", models.CharField(max_length=24)),
                ("subscriber_no", models.CharField(max_length=24)),
                ("request", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ready", "待执行"),
                            ("running", "执行中"),
                            ("waiting", "人工处理中"),
                            ("done", "完成"),
                            ("refused", "网元拒绝"),
                            ("failed", "网元不可达"),
                            ("cancelled", "已取消"),
                        ],
                        default="ready",
                        max_length=10,
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("request_clock", models.IntegerField(default=0)),
                ("remote_id", models.CharField(blank=True, default="", max_length=100)),
                ("ticket", models.CharField(blank=True, default="", max_length=100)),
                ("completed_by", models.CharField(blank=True, default="", max_length=60)),
                ("error_code", models.CharField(blank=True, default="", max_length=100)),
                ("error_zh", models.TextField(blank=True, default="")),
                ("error_en", models.TextField(blank=True, default="")),
                (
                    "element",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="provisioning.networkelement",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="work_orders",
                        to="provisioning.provisioningorder",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="workorder_due",
                    ),
                    models.Index(fields=["subscriber_no", "element", "-id"], name="workorder_told"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("work_order_no",), name="workorder_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "ready",
                                    "running",
                                    "waiting",
                                    "done",
                                    "refused",
                                    "failed",
                                    "cancelled",
                                ],
                            )
                        ),
                        name="workorder_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("due_at__isnull", False), ("state__in", ["running", "waiting"])
                            ),
                            ("state", "ready"),
                            ("due_at", None),
                            _connector="OR",
                        ),
                        name="workorder_is_never_forgotten",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True),
                            ("attempts", 0),
                            ("due_at__isnull", False),
                            _connector="OR",
                        ),
                        name="workorder_is_tried_again",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=("order",),
                        name="workorder_one_at_a_time",
                    ),
                ],
            },
        ),
    ]
