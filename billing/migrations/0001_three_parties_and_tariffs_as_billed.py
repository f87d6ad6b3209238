"""The three parties as billed, tariffs to compute by, and the releases that brought them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.lookups
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="BillingCustomer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer_no", models.CharField(max_length=24, verbose_name="客户编号")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "个人"), ("organisation", "单位")],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                (
                    "segment",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="客户群"),
                ),
                ("org_unit", models.CharField(max_length=40, verbose_name="组织")),
                ("region", models.CharField(max_length=40, verbose_name="区域")),
                (
                    "credit_standing",
                    models.CharField(
                        choices=[("good", "良好"), ("watched", "关注"), ("bad", "不良")],
                        default="good",
                        max_length=12,
                        verbose_name="信用状况",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
            ],
            options={
                "verbose_name": "计费客户",
                "verbose_name_plural": "计费客户",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer_no",), name="billing_customer_no_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("customer_no", ""), _negated=True),
                            models.Q(("name", ""), _negated=True),
                        ),
                        name="billing_customer_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["person", "organisation"])),
                        name="billing_customer_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credit_standing__in", ["good", "watched", "bad"])),
                        name="billing_customer_standing_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_no", models.CharField(max_length=24, verbose_name="账户编号")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                (
                    "charging_mode",
                    models.CharField(
                        choices=[("prepaid", "预付费"), ("postpaid", "后付费")],
                        max_length=8,
                        verbose_name="付费方式",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                ("billing_day", models.SmallIntegerField(verbose_name="账期起始日")),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "正常"), ("closed", "已销户")],
                        default="active",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                (
                    "credit_class",
                    models.CharField(default="standard", max_length=40, verbose_name="信用等级"),
                ),
                (
                    "dunning_plan",
                    models.CharField(default="standard", max_length=40, verbose_name="催缴计划"),
                ),
                (
                    "tax_profile",
                    models.CharField(default="standard", max_length=40, verbose_name="税务档案"),
                ),
                (
                    "overdue_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, max_digits=18, verbose_name="欠费"
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="billing.billingaccount",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="billing.billingcustomer",
                    ),
                ),
            ],
            options={
                "verbose_name": "计费账户",
                "verbose_name_plural": "计费账户",
            },
        ),
        migrations.CreateModel(
            name="BillingOffering",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="编码")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("main", "主体产品"),
                            ("addon", "可选产品"),
                            ("bundle", "组合产品"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                (
                    "charging_mode",
                    models.CharField(
                        blank=True,
                        choices=[("prepaid", "预付费"), ("postpaid", "后付费")],
                        default="",
                        max_length=8,
                        verbose_name="付费方式",
                    ),
                ),
                ("name_zh", models.CharField(max_length=200, verbose_name="中文名")),
                ("name_en", models.CharField(max_length=200, verbose_name="英文名")),
                (
                    "tariffs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="资费",
                    ),
                ),
                (
                    "services",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="服务",
                    ),
                ),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="组成部分",
                    ),
                ),
                ("release_no", models.CharField(max_length=40, verbose_name="发布批次")),
            ],
            options={
                "verbose_name": "计费产品",
                "verbose_name_plural": "计费产品",
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="billing_offering_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")),
                        name="billing_offering_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["main", "addon", "bundle"])),
                        name="billing_offering_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("charging_mode", ""),
                            ("charging_mode__in", ["prepaid", "postpaid"]),
                            _connector="OR",
                        ),
                        name="billing_offering_charging_mode_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BillingSubscriber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subscriber_no", models.CharField(max_length=24, verbose_name="用户编号")),
                ("service_kind", models.CharField(max_length=12, verbose_name="业务类型")),
                ("service_number", models.CharField(max_length=40, verbose_name="业务号码")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pre_active", "预开通"),
                            ("active", "在用"),
                            ("suspended", "停机"),
                            ("terminated", "已销户"),
                        ],
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                (
                    "suspend_reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("voluntary", "申请停机"),
                                ("lost", "挂失"),
                                ("arrears_one_way", "单停"),
                                ("arrears_two_way", "双停"),
                                ("fraud", "涉诈停机"),
                                ("administrative", "行政停机"),
                            ],
                            max_length=20,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="停机原因",
                    ),
                ),
                ("status_version", models.IntegerField(default=1, verbose_name="状态版本")),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
                ("activated_at", models.DateTimeField(null=True, verbose_name="激活时间")),
                ("terminated_at", models.DateTimeField(null=True, verbose_name="销户时间")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscribers",
                        to="billing.billingcustomer",
                    ),
                ),
            ],
            options={
                "verbose_name": "计费用户",
                "verbose_name_plural": "计费用户",
            },
        ),
        migrations.CreateModel(
            name="BillingSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subscription_no", models.CharField(max_length=24, verbose_name="订购编号")),
                ("offering_code", models.CharField(max_length=40, verbose_name="产品编码")),
                ("tariffs", models.JSONField(verbose_name="资费版本")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("created", "已创建"),
                            ("pendingActive", "待生效"),
                            ("active", "生效"),
                            ("suspended", "暂停"),
                            ("pendingTerminate", "待终止"),
                            ("terminated", "已终止"),
                            ("cancelled", "已取消"),
                            ("aborted", "已中止"),
                        ],
                        max_length=20,
                        verbose_name="状态",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="billing.billingsubscription",
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to="billing.billingsubscriber",
                    ),
                ),
            ],
            options={
                "verbose_name": "计费订购关系",
                "verbose_name_plural": "计费订购关系",
            },
        ),
        migrations.CreateModel(
            name="BillingTariff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="编码")),
                ("version", models.IntegerField(verbose_name="版本")),
                (
                    "kind",
                    models.CharField(
                        choices=[("rating", "计费资费"), ("accounting", "账务资费")],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("charge_group", models.CharField(max_length=40, verbose_name="费用组")),
                ("name_zh", models.CharField(max_length=200, verbose_name="中文名")),
                ("name_en", models.CharField(max_length=200, verbose_name="英文名")),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                ("rules", models.JSONField(verbose_name="规则")),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
                ("release_no", models.CharField(max_length=40, verbose_name="发布批次")),
            ],
            options={
                "verbose_name": "资费版本",
                "verbose_name_plural": "资费版本",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "version"), name="billing_tariff_version_once"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[
                            ("code", "="),
                            (
                                models.Func(
                                    "valid_from",
                                    "valid_to",
                                    function="TSTZRANGE",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="billing_tariff_no_overlap",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("code", "="), ("kind", "<>")], name="billing_tariff_one_kind"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("code", "="), ("charge_group", "<>")],
                        name="billing_tariff_one_charge_group",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("code", "="), ("currency", "<>")],
                        name="billing_tariff_one_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")),
                        name="billing_tariff_code_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="billing_tariff_version_from_1",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["rating", "accounting"])),
                        name="billing_tariff_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("charge_group__in", ["", "*"]), _negated=True),
                        name="billing_tariff_charge_group_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="billing_tariff_currency_form",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            models.Func(
                                "rules", function="jsonb_typeof", output_field=models.TextField()
                            ),
                            "object",
                        ),
                        name="billing_tariff_rules_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="billing_tariff_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentRelation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("charge_group", models.CharField(max_length=40, verbose_name="费用组")),
                ("priority", models.SmallIntegerField(verbose_name="优先级")),
                (
                    "share_percent",
                    models.DecimalField(
                        decimal_places=2, default=100, max_digits=5, verbose_name="比例"
                    ),
                ),
                (
                    "cap_amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="限额"
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_relations",
                        to="billing.billingaccount",
                    ),
                ),
                (
                    "subscriber",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_relations",
                        to="billing.billingsubscriber",
                    ),
                ),
            ],
            options={
                "verbose_name": "付费关系",
                "verbose_name_plural": "付费关系",
            },
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("release_no", models.CharField(max_length=40, verbose_name="发布批次")),
                ("content_digest", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "已接收"),
                            ("confirmed", "已确认"),
                            ("refused", "被拒绝"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("outcome", models.JSONField(blank=True, null=True, verbose_name="答复")),
                ("received_at", models.DateTimeField(verbose_name="接收时间")),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="答复时间"),
                ),
            ],
            options={
                "verbose_name": "产品发布",
                "verbose_name_plural": "产品发布",
                "constraints": [
                    models.UniqueConstraint(fields=("release_no",), name="billing_release_no_once"),
                    models.CheckConstraint(
                        condition=models.Q(("release_no", ""), _negated=True),
                        name="billing_release_is_named",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["received", "confirmed", "refused"])),
                        name="billing_release_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at", None), ("outcome", None), ("state", "received")
                            ),
                            models.Q(
                                models.Q(("state", "received"), _negated=True),
                                ("answered_at__isnull", False),
                                ("outcome__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="billing_release_answered",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="billingaccount",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)),
                fields=["parent"],
                name="billing_account_children",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.UniqueConstraint(
                fields=("account_no",), name="billing_account_no_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("account_no", ""), _negated=True),
                name="billing_account_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("charging_mode__in", ["prepaid", "postpaid"])),
                name="billing_account_charging_mode_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "closed"])),
                name="billing_account_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="billing_account_currency_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("billing_day__range", (1, 28))),
                name="billing_account_day_in_every_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="billing_account_not_its_own_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("overdue_amount__gte", 0)),
                name="billing_account_overdue_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="billingsubscriber",
            index=models.Index(fields=["service_number"], name="billing_subscriber_number"),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.UniqueConstraint(
                fields=("subscriber_no",), name="billing_subscriber_no_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "terminated"), _negated=True),
                fields=("service_kind", "service_number"),
                name="billing_subscriber_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("subscriber_no", ""), _negated=True),
                    models.Q(("service_kind", ""), _negated=True),
                    models.Q(("service_number", ""), _negated=True),
                ),
                name="billing_subscriber_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["pre_active", "active", "suspended", "terminated"])
                ),
                name="billing_subscriber_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "suspended"), ("suspend_reasons__len__gt", 0)),
                    models.Q(
                        models.Q(("status", "suspended"), _negated=True), ("suspend_reasons", [])
                    ),
                    _connector="OR",
                ),
                name="billing_subscriber_suspended_for_reasons",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "suspend_reasons__contained_by",
                        [
                            "voluntary",
                            "lost",
                            "arrears_one_way",
                            "arrears_two_way",
                            "fraud",
                            "administrative",
                        ],
                    )
                ),
                name="billing_subscriber_reasons_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(("status_version__gte", 1)),
                name="billing_subscriber_version_from_1",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("activated_at__isnull", False),
                    models.Q(("status__in", ["active", "suspended"]), _negated=True),
                    _connector="OR",
                ),
                name="billing_subscriber_active_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscriber",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "terminated"), ("terminated_at__isnull", False)),
                    models.Q(
                        models.Q(("status", "terminated"), _negated=True), ("terminated_at", None)
                    ),
                    _connector="OR",
                ),
                name="billing_subscriber_terminated_since",
            ),
        ),
        migrations.AddIndex(
            model_name="billingsubscription",
            index=models.Index(
                condition=models.Q(("parent__isnull", False)),
                fields=["parent"],
                name="billing_subscription_parts",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscription",
            constraint=models.UniqueConstraint(
                fields=("subscription_no",), name="billing_subscription_no_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("subscription_no", ""), _negated=True),
                    models.Q(("offering_code", ""), _negated=True),
                ),
                name="billing_subscription_is_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "created",
                            "pendingActive",
                            "active",
                            "suspended",
                            "pendingTerminate",
                            "terminated",
                            "cancelled",
                            "aborted",
                        ],
                    )
                ),
                name="billing_subscription_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscription",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.Func(
                        "tariffs", function="jsonb_typeof", output_field=models.TextField()
                    ),
                    "array",
                ),
                name="billing_subscription_tariffs_listed",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="billing_subscription_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", False),
                    models.Q(("status__in", ("terminated", "cancelled", "aborted")), _negated=True),
                    _connector="OR",
                ),
                name="billing_subscription_ended_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent", None),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="billing_subscription_not_its_own_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrelation",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("subscriber", "="),
                    ("charge_group", "="),
                    ("priority", "="),
                    (
                        models.Func(
                            "valid_from",
                            "valid_to",
                            function="TSTZRANGE",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="billing_payment_relation_no_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("charge_group", "*"), _negated=True),
                    models.Q(("cap_amount", None), ("priority", 0), ("share_percent", 100)),
                    _connector="OR",
                ),
                name="billing_default_payer_pays_the_rest",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("charge_group", ""), _negated=True),
                name="billing_payer_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority__gte", 0)), name="billing_payer_priority_from_0"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("share_percent__gt", 0), ("share_percent__lte", 100)),
                name="billing_payer_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(("cap_amount", None), ("cap_amount__gt", 0), _connector="OR"),
                name="billing_payer_cap",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="billing_payer_period",
            ),
        ),
    ]
