"""Usage, rating, balances, bills and payments: the tables of a billed month."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("billing", "0003_releases_are_configured"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountingPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=7, verbose_name="期间")),
                ("starts_at", models.DateTimeField(verbose_name="开始")),
                ("ends_at", models.DateTimeField(verbose_name="结束")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "开放"), ("closed", "已关闭")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="关闭时间")),
                (
                    "closed_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="关闭人"),
                ),
                ("entries", models.BigIntegerField(blank=True, null=True, verbose_name="分录数")),
            ],
            options={
                "verbose_name": "会计期间",
                "verbose_name_plural": "会计期间",
            },
        ),
        migrations.CreateModel(
            name="Adjustment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("adjustment_no", models.CharField(max_length=24, verbose_name="调账编号")),
                ("bill_id", models.BigIntegerField(blank=True, null=True, verbose_name="账单")),
                ("kind", models.CharField(max_length=12, verbose_name="类型")),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("reference", models.CharField(max_length=80, verbose_name="外部编号")),
                (
                    "state",
                    models.CharField(
                        choices=[("done", "已生效"), ("reversed", "已撤销")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("operator_no", models.CharField(max_length=64, verbose_name="经办人")),
                (
                    "approved_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="审批人"),
                ),
                ("created_at", models.DateTimeField(verbose_name="时间")),
                (
                    "reversed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="撤销时间"),
                ),
            ],
            options={
                "verbose_name": "调账",
                "verbose_name_plural": "调账",
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bill_id", models.BigIntegerField(db_index=True, verbose_name="账单")),
                (
                    "charge_group",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="费用组"),
                ),
                ("payment_id", models.BigIntegerField(null=True, verbose_name="缴费")),
                ("book_id", models.BigIntegerField(null=True, verbose_name="账本")),
                ("adjustment_id", models.BigIntegerField(null=True, verbose_name="调账")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                ("undoes_id", models.BigIntegerField(null=True, verbose_name="撤销")),
                ("entry_id", models.BigIntegerField(verbose_name="分录")),
                ("allocated_at", models.DateTimeField(verbose_name="销账时间")),
            ],
            options={
                "verbose_name": "销账",
                "verbose_name_plural": "销账",
            },
        ),
        migrations.CreateModel(
            name="AllowanceBucket",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pool_id", models.BigIntegerField(verbose_name="共享范围")),
                ("subscription_id", models.BigIntegerField(verbose_name="订购关系")),
                ("tariff_id", models.BigIntegerField(verbose_name="资费版本")),
                ("item_no", models.SmallIntegerField(verbose_name="序号")),
                ("usage", models.CharField(max_length=8, verbose_name="业务")),
                ("cycle_starts_at", models.DateTimeField(verbose_name="账期")),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                ("valid_to", models.DateTimeField(verbose_name="失效时间")),
                ("quantity", models.BigIntegerField(verbose_name="总量")),
                ("used", models.BigIntegerField(default=0, verbose_name="已用")),
            ],
            options={
                "verbose_name": "套餐余量",
                "verbose_name_plural": "套餐余量",
            },
        ),
        migrations.CreateModel(
            name="BalanceBook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("book_no", models.CharField(max_length=24, verbose_name="账本编号")),
                (
                    "kind",
                    models.CharField(
                        choices=[("cash", "现金"), ("gift", "赠送"), ("dedicated", "专用")],
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                ("charge_groups", models.JSONField(default=list, verbose_name="费用组")),
                ("priority", models.SmallIntegerField(default=100, verbose_name="优先级")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="余额"
                    ),
                ),
                (
                    "reserved",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="预占"
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                (
                    "expires_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="失效时间"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="关闭时间")),
            ],
            options={
                "verbose_name": "余额账本",
                "verbose_name_plural": "余额账本",
            },
        ),
        migrations.CreateModel(
            name="BalanceCharge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=60, verbose_name="请求编号")),
                ("content_digest", models.CharField(max_length=64)),
                ("reservation_id", models.BigIntegerField(null=True, verbose_name="预占")),
                ("subscriber_id", models.BigIntegerField(null=True, verbose_name="用户")),
                ("usage_id", models.BigIntegerField(null=True, verbose_name="话单")),
                ("fee_id", models.BigIntegerField(null=True, verbose_name="预付费用")),
                (
                    "charge_group",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="费用组"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "price",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="价格"),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                (
                    "tax",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="税额"
                    ),
                ),
                ("parts", models.JSONField(default=list, verbose_name="账本明细")),
                ("entry_id", models.BigIntegerField(null=True, verbose_name="分录")),
                ("charged_at", models.DateTimeField(verbose_name="扣费时间")),
                ("extension", models.JSONField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "实时扣费",
                "verbose_name_plural": "实时扣费",
            },
        ),
        migrations.CreateModel(
            name="BankFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="文件名")),
                ("digest", models.CharField(max_length=64)),
                ("bank", models.CharField(max_length=40, verbose_name="银行")),
                (
                    "state",
                    models.CharField(
                        choices=[("posting", "入账中"), ("done", "完成"), ("refused", "被拒绝")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("told", models.JSONField(default=dict, verbose_name="控制总计")),
                ("counts", models.JSONField(default=dict, verbose_name="统计")),
                ("cause_zh", models.TextField(blank=True, default="", verbose_name="原因")),
                ("cause_en", models.TextField(blank=True, default="")),
                ("received_at", models.DateTimeField(verbose_name="接收时间")),
                (
                    "received_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="经办人"),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="完成时间")),
            ],
            options={
                "verbose_name": "银行文件",
                "verbose_name_plural": "银行文件",
            },
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line_no", models.IntegerField(verbose_name="行号")),
                ("serial", models.CharField(max_length=80, verbose_name="银行流水号")),
                ("account_text", models.CharField(max_length=60, verbose_name="账户 (原文)")),
                (
                    "payer",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="付款人"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                ("paid_at", models.DateTimeField(verbose_name="付款时间")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待入账"),
                            ("paid", "已入账"),
                            ("suspense", "挂账"),
                            ("returned", "已退回"),
                            ("repeated", "重复"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="原因"),
                ),
                ("payment_id", models.BigIntegerField(null=True, verbose_name="缴费")),
            ],
            options={
                "verbose_name": "银行明细",
                "verbose_name_plural": "银行明细",
            },
        ),
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bill_no", models.CharField(max_length=24, verbose_name="账单编号")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("trial", "试算"),
                            ("issued", "已出账"),
                            ("superseded", "已被取代"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "charges",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="费用"),
                ),
                (
                    "discounts",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="优惠"),
                ),
                ("tax", models.DecimalField(decimal_places=6, max_digits=20, verbose_name="税额")),
                ("tax_inclusive", models.BooleanField(default=True, verbose_name="价内税")),
                (
                    "total",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="合计"),
                ),
                (
                    "paid_before",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="已付"
                    ),
                ),
                (
                    "to_balance",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="转入余额"
                    ),
                ),
                (
                    "receivable",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="应收"),
                ),
                (
                    "open_amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="未销"),
                ),
                ("issued_at", models.DateTimeField(verbose_name="出账时间")),
                ("due_on", models.DateField(verbose_name="付款截止日")),
                (
                    "consolidated_into_id",
                    models.BigIntegerField(null=True, verbose_name="合并账单"),
                ),
                ("supersedes_id", models.BigIntegerField(null=True, verbose_name="取代")),
                ("disputed_at", models.DateTimeField(blank=True, null=True, verbose_name="争议")),
            ],
            options={
                "verbose_name": "账单",
                "verbose_name_plural": "账单",
            },
        ),
        migrations.CreateModel(
            name="BillingCycle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("billing_day", models.SmallIntegerField(verbose_name="账期起始日")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(verbose_name="结束日期")),
                ("starts_at", models.DateTimeField(verbose_name="开始")),
                ("ends_at", models.DateTimeField(verbose_name="结束")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "开放"), ("closed", "已关账"), ("billed", "已出账")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
            ],
            options={
                "verbose_name": "账期",
                "verbose_name_plural": "账期",
            },
        ),
        migrations.CreateModel(
            name="BillingGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group_no", models.CharField(max_length=24, verbose_name="群组编号")),
                ("kind", models.CharField(max_length=12, verbose_name="类型")),
                ("name", models.CharField(max_length=200, verbose_name="名称")),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
                (
                    "stream_id",
                    models.BigIntegerField(blank=True, null=True, verbose_name="共同批价"),
                ),
            ],
            options={
                "verbose_name": "计费群组",
                "verbose_name_plural": "计费群组",
            },
        ),
        migrations.CreateModel(
            name="BillLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("bill_id", models.BigIntegerField(verbose_name="账单")),
                ("line_no", models.IntegerField(verbose_name="行号")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("recurring", "周期费"),
                            ("one_off", "一次性费用"),
                            ("usage", "使用费"),
                            ("penalty", "违约金 (提前终止)"),
                            ("minimum", "最低消费补足"),
                            ("cap", "封顶减免"),
                            ("discount", "优惠"),
                            ("late_fee", "违约金"),
                            ("correction", "更正"),
                        ],
                        max_length=12,
                        verbose_name="类型",
                    ),
                ),
                ("subscriber_id", models.BigIntegerField(null=True, verbose_name="用户")),
                ("subscription_id", models.BigIntegerField(null=True, verbose_name="订购关系")),
                ("tariff_id", models.BigIntegerField(null=True, verbose_name="资费版本")),
                (
                    "charge_group",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="费用组"),
                ),
                ("covers_from", models.DateTimeField(null=True, verbose_name="服务开始")),
                ("covers_to", models.DateTimeField(null=True, verbose_name="服务结束")),
                ("quantity", models.BigIntegerField(null=True, verbose_name="数量")),
                (
                    "exact",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="精确金额"),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                (
                    "paid_before",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="已付"
                    ),
                ),
                (
                    "tax_rate",
                    models.DecimalField(
                        decimal_places=3, default=0, max_digits=6, verbose_name="税率 %"
                    ),
                ),
                (
                    "tax",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="税额"
                    ),
                ),
                (
                    "provider_amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        max_digits=20,
                        null=True,
                        verbose_name="应付内容提供方",
                    ),
                ),
                ("detail", models.JSONField(null=True, verbose_name="计算依据")),
            ],
            options={
                "verbose_name": "账单明细",
                "verbose_name_plural": "账单明细",
            },
        ),
        migrations.CreateModel(
            name="BillRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reference", models.CharField(max_length=200, verbose_name="外部编号")),
                (
                    "name",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="名称"),
                ),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="说明"),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("asked_by", models.CharField(max_length=64, verbose_name="申请人")),
                ("extension", models.JSONField(null=True)),
            ],
            options={
                "verbose_name": "即时账单申请",
                "verbose_name_plural": "即时账单申请",
            },
        ),
        migrations.CreateModel(
            name="BillRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("run_no", models.CharField(max_length=24, verbose_name="批次号")),
                (
                    "kind",
                    models.CharField(
                        choices=[("trial", "试算"), ("final", "正式"), ("rebill", "重出")],
                        max_length=8,
                        verbose_name="类型",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "进行中"),
                            ("stopped", "已暂停"),
                            ("done", "完成"),
                            ("failed", "失败"),
                            ("cancelled", "已取消"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("bill_at", models.DateTimeField(verbose_name="账单时间")),
                (
                    "account_no",
                    models.CharField(blank=True, default="", max_length=24, verbose_name="账户"),
                ),
                ("partitions", models.IntegerField(default=0, verbose_name="分片数")),
                ("counts", models.JSONField(default=dict, verbose_name="统计")),
                ("cause_zh", models.TextField(blank=True, default="", verbose_name="原因")),
                ("cause_en", models.TextField(blank=True, default="")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "actor_number",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="操作员"),
                ),
            ],
            options={
                "verbose_name": "出账批次",
                "verbose_name_plural": "出账批次",
            },
        ),
        migrations.CreateModel(
            name="BillTerms",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="编码")),
                ("name_zh", models.CharField(max_length=80, verbose_name="中文名")),
                ("name_en", models.CharField(max_length=80, verbose_name="英文名")),
                ("due_days", models.SmallIntegerField(verbose_name="付款期限 (天)")),
                (
                    "late_fee_percent_a_day",
                    models.DecimalField(
                        decimal_places=4, max_digits=7, verbose_name="违约金日率 %"
                    ),
                ),
                (
                    "late_fee_cap_percent",
                    models.DecimalField(
                        decimal_places=2, max_digits=6, verbose_name="违约金上限 %"
                    ),
                ),
            ],
            options={
                "verbose_name": "账单条款",
                "verbose_name_plural": "账单条款",
            },
        ),
        migrations.CreateModel(
            name="CashierDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operator_no", models.CharField(max_length=64, verbose_name="收款员")),
                ("org_unit", models.CharField(max_length=40, verbose_name="组织")),
                ("day", models.DateField(verbose_name="日期")),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "未日结"), ("closed", "已日结"), ("confirmed", "已复核")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("expected", models.JSONField(default=dict, verbose_name="应有")),
                ("counted", models.JSONField(default=dict, verbose_name="实点")),
                (
                    "difference",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="差额"
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="说明"),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="日结时间")),
                (
                    "confirmed_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="复核人"),
                ),
            ],
            options={
                "verbose_name": "收款日结",
                "verbose_name_plural": "收款日结",
            },
        ),
        migrations.CreateModel(
            name="Currency",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=3, verbose_name="币种")),
                ("minor_units", models.SmallIntegerField(verbose_name="小数位")),
                ("name_zh", models.CharField(max_length=40, verbose_name="中文名")),
                ("name_en", models.CharField(max_length=40, verbose_name="英文名")),
            ],
            options={
                "verbose_name": "币种",
                "verbose_name_plural": "币种",
            },
        ),
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bill_id", models.BigIntegerField(db_index=True, verbose_name="账单")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "处理中"), ("upheld", "成立"), ("rejected", "不成立")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="争议原因")),
                ("opened_at", models.DateTimeField(verbose_name="提出时间")),
                ("opened_by", models.CharField(max_length=64, verbose_name="受理人")),
                (
                    "outcome",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="处理结果"
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                (
                    "closed_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="处理人"),
                ),
            ],
            options={
                "verbose_name": "账单争议",
                "verbose_name_plural": "账单争议",
            },
        ),
        migrations.CreateModel(
            name="FormerNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("service_kind", models.CharField(max_length=12, verbose_name="业务类型")),
                ("service_number", models.CharField(max_length=40, verbose_name="业务号码")),
                ("held_from", models.DateTimeField(verbose_name="使用自")),
                ("held_to", models.DateTimeField(verbose_name="使用至")),
            ],
            options={
                "verbose_name": "曾用号码",
                "verbose_name_plural": "曾用号码",
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_owner", models.BooleanField(default=False, verbose_name="群主")),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
            ],
            options={
                "verbose_name": "群成员",
                "verbose_name_plural": "群成员",
            },
        ),
        migrations.CreateModel(
            name="Invoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("invoice_no", models.CharField(max_length=24, verbose_name="发票号码")),
                ("bill_id", models.BigIntegerField(db_index=True, verbose_name="账单")),
                ("title", models.CharField(max_length=200, verbose_name="抬头")),
                (
                    "tax_number",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="纳税人识别号"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="价税合计"),
                ),
                ("tax", models.DecimalField(decimal_places=6, max_digits=20, verbose_name="税额")),
                (
                    "state",
                    models.CharField(
                        choices=[("issued", "已开具"), ("undone", "已红冲"), ("red", "红字发票")],
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("issued_at", models.DateTimeField(verbose_name="开票时间")),
                ("issued_by", models.CharField(max_length=64, verbose_name="开票人")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="原因"),
                ),
            ],
            options={
                "verbose_name": "发票",
                "verbose_name_plural": "发票",
            },
        ),
        migrations.CreateModel(
            name="InvoicedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line_id", models.BigIntegerField(verbose_name="账单明细")),
                ("stands", models.BooleanField(default=True, verbose_name="有效")),
            ],
            options={
                "verbose_name": "发票明细",
                "verbose_name_plural": "发票明细",
            },
        ),
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bill", "出账"),
                            ("bill_superseded", "账单作废"),
                            ("payment", "缴费"),
                            ("payment_reversed", "返销"),
                            ("refund", "退款"),
                            ("write_off", "余额销账"),
                            ("write_off_undone", "销账撤销"),
                            ("charge", "实时扣费"),
                            ("charge_corrected", "实时扣费更正"),
                            ("gift", "赠送"),
                            ("expiry", "余额失效"),
                            ("adjustment", "调账"),
                            ("adjustment_undone", "调账撤销"),
                            ("transfer", "余额转移"),
                            ("late_fee", "违约金"),
                            ("bad_debt", "坏账核销"),
                            ("suspense", "挂账"),
                            ("suspense_cleared", "挂账处理"),
                            ("cashier_difference", "长短款"),
                        ],
                        max_length=20,
                        verbose_name="类型",
                    ),
                ),
                ("source_kind", models.CharField(max_length=16, verbose_name="来源")),
                ("source_no", models.CharField(max_length=60, verbose_name="来源编号")),
                ("account_id", models.BigIntegerField(null=True, verbose_name="账户")),
                ("posted_at", models.DateTimeField(verbose_name="入账时间")),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                ("reverses_id", models.BigIntegerField(null=True, verbose_name="冲销")),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="原因"),
                ),
                ("actor_kind", models.CharField(blank=True, default="system", max_length=12)),
                (
                    "actor_number",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="操作员"),
                ),
            ],
            options={
                "verbose_name": "会计分录",
                "verbose_name_plural": "会计分录",
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
            fields=[
                (
                    "code",
                    models.SmallIntegerField(
                        primary_key=True, serialize=False, verbose_name="科目代码"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asset", "资产"),
                            ("liability", "负债"),
                            ("revenue", "收入"),
                            ("expense", "费用"),
                        ],
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("name_zh", models.CharField(max_length=80, verbose_name="中文名")),
                ("name_en", models.CharField(max_length=80, verbose_name="英文名")),
            ],
            options={
                "verbose_name": "会计科目",
                "verbose_name_plural": "会计科目",
            },
        ),
        migrations.CreateModel(
            name="LedgerProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("began_at", models.DateTimeField(verbose_name="开始时间")),
                ("ended_at", models.DateTimeField(verbose_name="结束时间")),
                ("checked", models.JSONField(verbose_name="核对数量")),
                ("wrong", models.JSONField(default=list, verbose_name="不符")),
                ("wrong_count", models.BigIntegerField(default=0, verbose_name="不符数量")),
            ],
            options={
                "verbose_name": "总账核对",
                "verbose_name_plural": "总账核对",
            },
        ),
        migrations.CreateModel(
            name="MonthFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="月份")),
                (
                    "kind",
                    models.CharField(
                        choices=[("revenue", "收入"), ("usage", "使用量")],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                ("word", models.CharField(max_length=12, verbose_name="项目")),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "product",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="产品"),
                ),
                (
                    "charge_group",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="费用组"),
                ),
                (
                    "region",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="区域"),
                ),
                ("items", models.BigIntegerField(verbose_name="条数")),
                ("quantity", models.BigIntegerField(default=0, verbose_name="数量")),
                ("free_quantity", models.BigIntegerField(default=0, verbose_name="免费数量")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                (
                    "tax",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="税额"
                    ),
                ),
            ],
            options={
                "verbose_name": "经营月报",
                "verbose_name_plural": "经营月报",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("payment_no", models.CharField(max_length=24, verbose_name="缴费编号")),
                ("kind", models.CharField(default="payment", max_length=8, verbose_name="类型")),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("cash", "现金"),
                            ("card", "刷卡"),
                            ("transfer", "转账"),
                            ("voucher", "充值卡"),
                            ("top_up", "充值"),
                            ("online", "第三方支付"),
                            ("bank_file", "银行代收"),
                        ],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("source", models.CharField(max_length=40, verbose_name="来源")),
                ("reference", models.CharField(max_length=80, verbose_name="外部编号")),
                ("content_digest", models.CharField(max_length=64)),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("done", "成功"), ("reversed", "已返销")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("paid_at", models.DateTimeField(verbose_name="缴费时间")),
                ("recorded_at", models.DateTimeField(verbose_name="入账时间")),
                (
                    "operator_no",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="操作员"),
                ),
                (
                    "org_unit",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="组织"),
                ),
                (
                    "reversed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="返销时间"),
                ),
                (
                    "reversed_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="返销人"),
                ),
                (
                    "reason",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="原因"),
                ),
                ("extension", models.JSONField(null=True)),
            ],
            options={
                "verbose_name": "缴费",
                "verbose_name_plural": "缴费",
            },
        ),
        migrations.CreateModel(
            name="PeriodTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "debits",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="借方"),
                ),
                (
                    "credits",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="贷方"),
                ),
                ("postings", models.BigIntegerField(verbose_name="分录行数")),
            ],
            options={
                "verbose_name": "期末发生额",
                "verbose_name_plural": "期末发生额",
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                ("account_id", models.BigIntegerField(null=True, verbose_name="账户")),
                ("book_id", models.BigIntegerField(null=True, verbose_name="账本")),
                ("bill_id", models.BigIntegerField(null=True, verbose_name="账单")),
            ],
            options={
                "verbose_name": "分录行",
                "verbose_name_plural": "分录行",
            },
        ),
        migrations.CreateModel(
            name="PrepaidFee",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subscriber_id", models.BigIntegerField(verbose_name="用户")),
                ("subscription_id", models.BigIntegerField(verbose_name="订购关系")),
                ("tariff_id", models.BigIntegerField(verbose_name="资费版本")),
                ("charge_group", models.CharField(max_length=40, verbose_name="费用组")),
                (
                    "price",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="应付"),
                ),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="已付"
                    ),
                ),
                (
                    "gift",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="其中赠送"
                    ),
                ),
                ("next_at", models.DateTimeField(blank=True, null=True, verbose_name="下次扣费")),
            ],
            options={
                "verbose_name": "预付费用",
                "verbose_name_plural": "预付费用",
            },
        ),
        migrations.CreateModel(
            name="QuarantinedRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line_no", models.IntegerField(verbose_name="行号")),
                ("usage_id", models.BigIntegerField(null=True, verbose_name="话单")),
                ("content", models.TextField(blank=True, default="", verbose_name="原文")),
                ("fields", models.JSONField(default=dict, verbose_name="字段")),
                ("reason", models.CharField(max_length=40, verbose_name="原因代码")),
                (
                    "detail_zh",
                    models.CharField(blank=True, default="", max_length=300, verbose_name="原因"),
                ),
                ("detail_en", models.CharField(blank=True, default="", max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "待处理"),
                            ("recovered", "已恢复"),
                            ("discarded", "已丢弃"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="处理次数")),
                ("put_at", models.DateTimeField(verbose_name="进入时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                (
                    "ended_by",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="处理人"),
                ),
                (
                    "ended_why",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="处理说明"
                    ),
                ),
            ],
            options={
                "verbose_name": "异常话单",
                "verbose_name_plural": "异常话单",
            },
        ),
        migrations.CreateModel(
            name="RatedEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("usage_id", models.BigIntegerField(verbose_name="话单")),
                ("revision", models.SmallIntegerField(default=0, verbose_name="批价次数")),
                ("subscriber_id", models.BigIntegerField(verbose_name="用户")),
                ("subscription_id", models.BigIntegerField(null=True, verbose_name="订购关系")),
                ("tariff_id", models.BigIntegerField(null=True, verbose_name="资费版本")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("cycle_id", models.IntegerField(verbose_name="所属账期")),
                ("charge_cycle_id", models.IntegerField(verbose_name="计入账期")),
                ("quantity", models.BigIntegerField(verbose_name="数量")),
                ("free_quantity", models.BigIntegerField(default=0, verbose_name="免费数量")),
                (
                    "buckets",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        null=True,
                        size=None,
                        verbose_name="套餐余量",
                    ),
                ),
                (
                    "bucket_quantities",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("price_no", models.SmallIntegerField(null=True, verbose_name="价格序号")),
                ("charged_quantity", models.BigIntegerField(default=0, verbose_name="计费数量")),
                ("tier_from", models.BigIntegerField(null=True, verbose_name="累计起点")),
                (
                    "price",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="费用"),
                ),
                (
                    "charge",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="本次计费"),
                ),
                (
                    "provider_charge",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        max_digits=20,
                        null=True,
                        verbose_name="应付内容提供方",
                    ),
                ),
                ("rated_at", models.DateTimeField(verbose_name="批价时间")),
            ],
            options={
                "verbose_name": "批价结果",
                "verbose_name_plural": "批价结果",
            },
        ),
        migrations.CreateModel(
            name="Reservation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reference", models.CharField(max_length=80, verbose_name="请求编号")),
                ("content_digest", models.CharField(max_length=64)),
                ("subscriber_id", models.BigIntegerField(null=True, verbose_name="用户")),
                (
                    "usage",
                    models.CharField(blank=True, default="", max_length=8, verbose_name="业务"),
                ),
                ("quantity", models.BigIntegerField(null=True, verbose_name="数量")),
                (
                    "charge_group",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="费用组"),
                ),
                ("told", models.JSONField(default=dict, verbose_name="使用情况")),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="预占金额"),
                ),
                (
                    "debited",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="已扣金额"
                    ),
                ),
                ("holds", models.JSONField(default=list, verbose_name="账本明细")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "预占中"),
                            ("debited", "已扣减"),
                            ("released", "已释放"),
                            ("expired", "已过期"),
                        ],
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("reserved_at", models.DateTimeField(verbose_name="预占时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                ("extension", models.JSONField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "余额预占",
                "verbose_name_plural": "余额预占",
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="规则摘要")),
                ("result", models.JSONField(default=dict, verbose_name="结果")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("actor_number", models.CharField(max_length=64, verbose_name="操作员")),
            ],
            options={
                "verbose_name": "账单模拟",
                "verbose_name_plural": "账单模拟",
            },
        ),
        migrations.CreateModel(
            name="StatusPeriod",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        size=None,
                        verbose_name="停机原因",
                    ),
                ),
                ("valid_from", models.DateTimeField(verbose_name="生效时间")),
                ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
            ],
            options={
                "verbose_name": "停机时段",
                "verbose_name_plural": "停机时段",
            },
        ),
        migrations.CreateModel(
            name="TaxProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="编码")),
                ("name_zh", models.CharField(max_length=80, verbose_name="中文名")),
                ("name_en", models.CharField(max_length=80, verbose_name="英文名")),
                ("inclusive", models.BooleanField(verbose_name="价内税")),
                ("rates", models.JSONField(verbose_name="税率")),
            ],
            options={
                "verbose_name": "税务档案",
                "verbose_name_plural": "税务档案",
            },
        ),
        migrations.CreateModel(
            name="UsageBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("file", "文件"),
                            ("api", "接口"),
                            ("prepaid", "实时计费"),
                            ("mended", "异常回收"),
                            ("rerate", "重新批价"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, default="", max_length=255, verbose_name="文件名"),
                ),
                ("digest", models.CharField(max_length=64, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("loading", "入库中"),
                            ("loaded", "待批价"),
                            ("rating", "批价中"),
                            ("rated", "已批价"),
                            ("refused", "被拒绝"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("told", models.JSONField(default=dict, verbose_name="控制总计")),
                ("counts", models.JSONField(default=dict, verbose_name="统计")),
                ("records", models.BigIntegerField(default=0, verbose_name="话单数")),
                ("taken_bytes", models.BigIntegerField(default=0, verbose_name="已读字节")),
                ("taken_lines", models.BigIntegerField(default=0, verbose_name="已读行数")),
                ("cause_zh", models.TextField(blank=True, default="", verbose_name="原因")),
                ("cause_en", models.TextField(blank=True, default="")),
                ("received_at", models.DateTimeField(verbose_name="接收时间")),
                ("loaded_at", models.DateTimeField(blank=True, null=True, verbose_name="入库时间")),
                ("rated_at", models.DateTimeField(blank=True, null=True, verbose_name="批价时间")),
            ],
            options={
                "verbose_name": "话单批次",
                "verbose_name_plural": "话单批次",
            },
        ),
        migrations.CreateModel(
            name="UsageCharge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subscriber_id", models.BigIntegerField(verbose_name="用户")),
                ("cycle_id", models.IntegerField(verbose_name="账期")),
                ("tariff_id", models.BigIntegerField(null=True, verbose_name="资费版本")),
                ("subscription_id", models.BigIntegerField(null=True, verbose_name="订购关系")),
                ("charge_group", models.CharField(max_length=40, verbose_name="费用组")),
                ("events", models.IntegerField(verbose_name="条数")),
                ("quantity", models.BigIntegerField(verbose_name="数量")),
                ("free_quantity", models.BigIntegerField(verbose_name="免费数量")),
                ("charged_quantity", models.BigIntegerField(verbose_name="计费数量")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="金额"),
                ),
                (
                    "paid",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="已付"
                    ),
                ),
                (
                    "provider_amount",
                    models.DecimalField(
                        decimal_places=6, default=0, max_digits=20, verbose_name="应付内容提供方"
                    ),
                ),
            ],
            options={
                "verbose_name": "使用费",
                "verbose_name_plural": "使用费",
            },
        ),
        migrations.CreateModel(
            name="UsageKind",
            fields=[
                (
                    "code",
                    models.CharField(
                        max_length=8, primary_key=True, serialize=False, verbose_name="业务"
                    ),
                ),
                ("name_zh", models.CharField(max_length=40, verbose_name="名称")),
                ("name_en", models.CharField(max_length=40)),
                ("measure", models.CharField(max_length=10, verbose_name="计量单位")),
            ],
            options={
                "verbose_name": "话单规格",
                "verbose_name_plural": "话单规格",
            },
        ),
        migrations.CreateModel(
            name="UsageRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=80, verbose_name="话单标识")),
                ("revision", models.SmallIntegerField(default=0, verbose_name="更正次数")),
                ("line_no", models.IntegerField(default=0, verbose_name="行号")),
                (
                    "usage",
                    models.CharField(
                        choices=[
                            ("voice", "通话"),
                            ("sms", "短信"),
                            ("mms", "彩信"),
                            ("data", "流量"),
                            ("content", "内容"),
                            ("one_off", "一次性"),
                        ],
                        max_length=8,
                        verbose_name="业务",
                    ),
                ),
                ("subscriber_id", models.BigIntegerField(verbose_name="用户")),
                ("service_number", models.CharField(max_length=40, verbose_name="业务号码")),
                ("started_at", models.DateTimeField(verbose_name="开始时间")),
                ("quantity", models.BigIntegerField(verbose_name="数量")),
                ("zone", models.CharField(default="domestic", max_length=40, verbose_name="区域")),
                (
                    "roaming",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="漫游地"),
                ),
                (
                    "peer",
                    models.CharField(blank=True, default="", max_length=40, verbose_name="对端"),
                ),
                (
                    "provider",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="内容提供方"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=20, null=True, verbose_name="金额"
                    ),
                ),
                ("extension", models.JSONField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "话单",
                "verbose_name_plural": "话单",
            },
        ),
        migrations.CreateModel(
            name="Voucher",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("serial", models.CharField(max_length=24, verbose_name="卡号")),
                ("digest", models.CharField(max_length=64)),
                ("currency", models.CharField(max_length=3, verbose_name="币种")),
                (
                    "amount",
                    models.DecimalField(decimal_places=6, max_digits=20, verbose_name="面值"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("issued", "可用"), ("used", "已用"), ("void", "作废")],
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="使用时间")),
                ("payment_id", models.BigIntegerField(null=True, verbose_name="缴费")),
            ],
            options={
                "verbose_name": "充值卡",
                "verbose_name_plural": "充值卡",
            },
        ),
        migrations.CreateModel(
            name="WorkPartition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("work", models.CharField(max_length=12, verbose_name="任务")),
                ("of_id", models.BigIntegerField(verbose_name="批次")),
                ("part_no", models.IntegerField(verbose_name="分片")),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "等待"), ("done", "完成"), ("failed", "失败")],
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("scope", models.JSONField(default=dict, verbose_name="范围")),
                ("result", models.JSONField(default=dict, verbose_name="结果")),
                ("attempts", models.SmallIntegerField(default=0, verbose_name="次数")),
                ("cause", models.TextField(blank=True, default="", verbose_name="原因")),
                (
                    "started_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="开始时间"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
            ],
            options={
                "verbose_name": "任务分片",
                "verbose_name_plural": "任务分片",
            },
        ),
        migrations.AddField(
            model_name="billingaccount",
            name="bill_terms",
            field=models.CharField(default="standard", max_length=40, verbose_name="账单条款"),
        ),
        migrations.AddField(
            model_name="billingsubscriber",
            name="number_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="改号时间"),
        ),
        migrations.AddIndex(
            model_name="paymentrelation",
            index=models.Index(
                condition=models.Q(("charge_group", "*"), _negated=True),
                fields=["subscriber"],
                name="billing_payer_of_a_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="accountingperiod",
            constraint=models.UniqueConstraint(fields=("code",), name="billing_period_code_once"),
        ),
        migrations.AddConstraint(
            model_name="accountingperiod",
            constraint=models.UniqueConstraint(
                fields=("starts_at",), name="billing_period_start_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountingperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="billing_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountingperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "closed"])),
                name="billing_period_state_known",
            ),
        ),
        migrations.AddField(
            model_name="adjustment",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="adjustments",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                condition=models.Q(("payment_id__isnull", False)),
                fields=["payment_id"],
                name="billing_allocation_of_payment",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                condition=models.Q(("book_id__isnull", False)),
                fields=["book_id", "id"],
                name="billing_allocation_of_book",
            ),
        ),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                condition=models.Q(("adjustment_id__isnull", False)),
                fields=["adjustment_id"],
                name="billing_allocation_adjusting",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undoes_id__isnull", False)),
                fields=("undoes_id",),
                name="billing_allocation_undone_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("undoes_id", None)),
                    models.Q(("amount__lt", 0), ("undoes_id__isnull", False)),
                    _connector="OR",
                ),
                name="billing_allocation_sign",
            ),
        ),
        migrations.AddIndex(
            model_name="allowancebucket",
            index=models.Index(
                fields=["pool_id", "usage", "valid_to"], name="billing_bucket_of_pool"
            ),
        ),
        migrations.AddConstraint(
            model_name="allowancebucket",
            constraint=models.UniqueConstraint(
                fields=("subscription_id", "tariff_id", "item_no", "cycle_starts_at"),
                name="billing_bucket_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowancebucket",
            constraint=models.CheckConstraint(
                condition=models.Q(("used__gte", 0), ("used__lte", models.F("quantity"))),
                name="billing_bucket_used",
            ),
        ),
        migrations.AddField(
            model_name="balancebook",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="books",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddField(
            model_name="balancecharge",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankfile",
            constraint=models.UniqueConstraint(fields=("digest",), name="billing_bank_file_once"),
        ),
        migrations.AddConstraint(
            model_name="bankfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["posting", "done", "refused"])),
                name="billing_bank_file_state_known",
            ),
        ),
        migrations.AddField(
            model_name="bankline",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="billing.bankfile",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingcycle",
            constraint=models.UniqueConstraint(
                fields=("billing_day", "starts_on"), name="billing_cycle_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billingcycle",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "closed", "billed"])),
                name="billing_cycle_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billingcycle",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="billing_cycle"
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="cycle",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingcycle",
            ),
        ),
        migrations.AddConstraint(
            model_name="billinggroup",
            constraint=models.UniqueConstraint(fields=("group_no",), name="billing_group_no_once"),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.UniqueConstraint(
                fields=("bill_id", "line_no"), name="billing_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "recurring",
                            "one_off",
                            "usage",
                            "penalty",
                            "minimum",
                            "cap",
                            "discount",
                            "late_fee",
                            "correction",
                        ],
                    )
                ),
                name="billing_line_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="billrequest",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bill_requests",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddField(
            model_name="billrequest",
            name="cycle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingcycle",
            ),
        ),
        migrations.AddField(
            model_name="billrun",
            name="cycle",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="billing.billingcycle",
            ),
        ),
        migrations.AddField(
            model_name="bill",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bills",
                to="billing.billrun",
            ),
        ),
        migrations.AddConstraint(
            model_name="billterms",
            constraint=models.UniqueConstraint(fields=("code",), name="billing_terms_once"),
        ),
        migrations.AddConstraint(
            model_name="billterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("due_days__range", (0, 365)),
                    ("late_fee_percent_a_day__gte", 0),
                    ("late_fee_cap_percent__gte", 0),
                ),
                name="billing_terms_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashierday",
            constraint=models.UniqueConstraint(
                fields=("operator_no", "day", "currency"), name="billing_cashier_day_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="cashierday",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "closed", "confirmed"])),
                name="billing_cashier_day_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="cashierday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", ""),
                    models.Q(("confirmed_by", models.F("operator_no")), _negated=True),
                    _connector="OR",
                ),
                name="billing_cashier_day_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="currency",
            constraint=models.UniqueConstraint(fields=("code",), name="billing_currency_once"),
        ),
        migrations.AddConstraint(
            model_name="currency",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[A-Z]{3}$")), name="billing_currency_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="currency",
            constraint=models.CheckConstraint(
                condition=models.Q(("minor_units__range", (0, 4))),
                name="billing_currency_minor_units",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("bill_id",),
                name="billing_one_open_dispute",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "upheld", "rejected"])),
                name="billing_dispute_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="billing_dispute_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True),
                        ("closed_at__isnull", False),
                        models.Q(("outcome", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="billing_dispute_closed_with_an_outcome",
            ),
        ),
        migrations.AddField(
            model_name="formernumber",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="former_numbers",
                to="billing.billingsubscriber",
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="group",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="members",
                to="billing.billinggroup",
            ),
        ),
        migrations.AddField(
            model_name="groupmember",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="billing.billingsubscriber",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="invoices",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="red_of",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone_by",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="invoicedline",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="billing.invoice",
            ),
        ),
        migrations.AddField(
            model_name="journalentry",
            name="period",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.accountingperiod",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgeraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["asset", "liability", "revenue", "expense"])),
                name="billing_ledger_account_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthfigure",
            constraint=models.UniqueConstraint(
                fields=("month", "kind", "word", "currency", "product", "charge_group", "region"),
                name="billing_month_figure_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="monthfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["revenue", "usage"])),
                name="billing_month_figure_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="cashier_day",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="billing.cashierday",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="refund_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="billing.payment",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="ledger",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.ledgeraccount",
            ),
        ),
        migrations.AddField(
            model_name="periodtotal",
            name="period",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="totals",
                to="billing.accountingperiod",
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="entry",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="postings",
                to="billing.journalentry",
            ),
        ),
        migrations.AddField(
            model_name="posting",
            name="ledger",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.ledgeraccount",
            ),
        ),
        migrations.AddField(
            model_name="prepaidfee",
            name="account",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddField(
            model_name="prepaidfee",
            name="cycle",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingcycle",
            ),
        ),
        migrations.AddIndex(
            model_name="ratedevent",
            index=models.Index(fields=["subscriber_id", "started_at"], name="billing_rated_of"),
        ),
        migrations.AddConstraint(
            model_name="ratedevent",
            constraint=models.UniqueConstraint(
                fields=("usage_id", "revision"), name="billing_rated_once"
            ),
        ),
        migrations.AddField(
            model_name="reservation",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.billingaccount",
            ),
        ),
        migrations.AddField(
            model_name="simulation",
            name="release",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="simulations",
                to="billing.release",
            ),
        ),
        migrations.AddField(
            model_name="statusperiod",
            name="subscriber",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="status_periods",
                to="billing.billingsubscriber",
            ),
        ),
        migrations.AddConstraint(
            model_name="taxprofile",
            constraint=models.UniqueConstraint(fields=("code",), name="billing_tax_profile_once"),
        ),
        migrations.AddConstraint(
            model_name="taxprofile",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.Func("rates", function="jsonb_typeof", output_field=models.TextField()),
                    "object",
                ),
                name="billing_tax_rates_form",
            ),
        ),
        migrations.AddIndex(
            model_name="usagebatch",
            index=models.Index(
                condition=models.Q(("state__in", ["loading", "loaded", "rating"])),
                fields=["id"],
                name="billing_batch_to_rate",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagebatch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("digest__isnull", False)),
                fields=("digest",),
                name="billing_batch_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["loading", "loaded", "rating", "rated", "refused"])
                ),
                name="billing_batch_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagebatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["file", "api", "prepaid", "mended", "rerate"])),
                name="billing_batch_source_known",
            ),
        ),
        migrations.AddField(
            model_name="quarantinedrecord",
            name="batch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quarantined",
                to="billing.usagebatch",
            ),
        ),
        migrations.AddField(
            model_name="quarantinedrecord",
            name="retried_in",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retried",
                to="billing.usagebatch",
                verbose_name="重试批次",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagecharge",
            constraint=models.UniqueConstraint(
                fields=(
                    "subscriber_id",
                    "cycle_id",
                    "tariff_id",
                    "subscription_id",
                    "charge_group",
                ),
                name="billing_usage_charge_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddField(
            model_name="usagerecord",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.usagebatch",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.UniqueConstraint(
                fields=("serial",), name="billing_voucher_serial_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.UniqueConstraint(fields=("digest",), name="billing_voucher_once"),
        ),
        migrations.AddConstraint(
            model_name="voucher",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["issued", "used", "void"])),
                name="billing_voucher_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="workpartition",
            constraint=models.UniqueConstraint(
                fields=("work", "of_id", "part_no"), name="billing_partition_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="workpartition",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "done", "failed"])),
                name="billing_partition_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.UniqueConstraint(
                fields=("adjustment_no",), name="billing_adjustment_no_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.UniqueConstraint(
                fields=("reference",), name="billing_adjustment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["done", "reversed"])),
                name="billing_adjustment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="billing_adjustment_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="billing_adjustment_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="adjustment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", ""),
                    models.Q(("approved_by", models.F("operator_no")), _negated=True),
                    _connector="OR",
                ),
                name="billing_adjustment_by_two",
            ),
        ),
        migrations.AddIndex(
            model_name="balancebook",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("expires_at__isnull", False)),
                fields=["expires_at"],
                name="billing_book_expiring",
            ),
        ),
        migrations.AddConstraint(
            model_name="balancebook",
            constraint=models.UniqueConstraint(fields=("book_no",), name="billing_book_no_once"),
        ),
        migrations.AddConstraint(
            model_name="balancebook",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "cash")),
                fields=("account", "currency"),
                name="billing_one_cash_book",
            ),
        ),
        migrations.AddConstraint(
            model_name="balancebook",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["cash", "gift", "dedicated"])),
                name="billing_book_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="balancebook",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="billing_book_amount_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="balancebook",
            constraint=models.CheckConstraint(
                condition=models.Q(("reserved__gte", 0), ("reserved__lte", models.F("amount"))),
                name="billing_book_reserved_within_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="balancebook",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "cash"), _negated=True),
                    models.Q(("charge_groups", []), ("expires_at", None)),
                    _connector="OR",
                ),
                name="billing_cash_is_for_everything_and_stays",
            ),
        ),
        migrations.AddIndex(
            model_name="balancecharge",
            index=models.Index(fields=["account", "id"], name="billing_balance_charge_account"),
        ),
        migrations.AddConstraint(
            model_name="balancecharge",
            constraint=models.UniqueConstraint(
                fields=("reference",), name="billing_balance_charge_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="balancecharge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", 0), ("tax__gte", 0), ("tax__lte", models.F("amount"))
                ),
                name="billing_balance_charge_amounts",
            ),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(
                condition=models.Q(("state", "suspense")),
                fields=["id"],
                name="billing_bank_suspense",
            ),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(fields=["serial"], name="billing_bank_line_serial"),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["file", "line_no"],
                name="billing_bank_line_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(
                condition=models.Q(("payment_id__isnull", False)),
                fields=["payment_id"],
                name="billing_bank_line_paid",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(
                fields=("file", "line_no"), name="billing_bank_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["waiting", "paid", "suspense", "returned", "repeated"])
                ),
                name="billing_bank_line_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billrequest",
            constraint=models.UniqueConstraint(
                fields=("asked_by", "reference"), name="billing_bill_request_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.UniqueConstraint(fields=("run_no",), name="billing_run_no_once"),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "final"), models.Q(("state", "cancelled"), _negated=True)
                ),
                fields=("cycle",),
                name="billing_one_final_run",
            ),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["trial", "final", "rebill"])),
                name="billing_run_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="billrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["running", "stopped", "done", "failed", "cancelled"])
                ),
                name="billing_run_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["account", "-issued_at"], name="billing_bill_of_account"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("open_amount__gt", 0), ("state", "issued")),
                fields=["account", "due_on"],
                name="billing_bill_open",
            ),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(
                condition=models.Q(("consolidated_into_id__isnull", False)),
                fields=["consolidated_into_id"],
                name="billing_bill_parts",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(fields=("bill_no",), name="billing_bill_no_once"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "issued")),
                fields=("account", "cycle"),
                name="billing_one_bill_a_cycle",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["trial", "issued", "superseded"])),
                name="billing_bill_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "receivable",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("total"), "-", models.F("paid_before")
                            ),
                            "+",
                            models.F("to_balance"),
                        ),
                    )
                ),
                name="billing_bill_receivable",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("tax_inclusive", True),
                        (
                            "total",
                            django.db.models.expressions.CombinedExpression(
                                models.F("charges"), "-", models.F("discounts")
                            ),
                        ),
                    ),
                    models.Q(
                        ("tax_inclusive", False),
                        (
                            "total",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("charges"), "-", models.F("discounts")
                                ),
                                "+",
                                models.F("tax"),
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="billing_bill_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("open_amount__gte", 0), ("receivable__gte", 0), ("to_balance__gte", 0)
                ),
                name="billing_bill_amounts",
            ),
        ),
        migrations.AddIndex(
            model_name="formernumber",
            index=models.Index(fields=["service_number"], name="billing_former_number"),
        ),
        migrations.AddConstraint(
            model_name="formernumber",
            constraint=models.CheckConstraint(
                condition=models.Q(("held_to__gte", models.F("held_from"))),
                name="billing_former_number_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmember",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("subscriber", "="),
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
                name="billing_one_group_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="groupmember",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="billing_member_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                fields=("invoice_no",), name="billing_invoice_no_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["issued", "undone", "red"])),
                name="billing_invoice_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoicedline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stands", True)),
                fields=("line_id",),
                name="billing_line_invoiced_once",
            ),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(fields=["account_id", "id"], name="billing_entry_of_account"),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ("bill", "payment", "write_off", "charge")), _negated=True
                ),
                fields=["kind", "id"],
                name="billing_entry_seldom",
            ),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["posted_at"], name="billing_entry_by_time", pages_per_range=32
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.UniqueConstraint(
                fields=("source_kind", "source_no", "kind"), name="billing_entry_source_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses_id__isnull", False)),
                fields=("reverses_id",),
                name="billing_entry_reversed_once",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["account", "-id"], name="billing_payment_of_account"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["paid_at"], name="billing_payment_by_day"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("state", "reversed")),
                fields=["reversed_by", "reversed_at"],
                name="billing_payment_undone",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("payment_no",), name="billing_payment_no_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                fields=("source", "reference"), name="billing_payment_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "method__in",
                        ["cash", "card", "transfer", "voucher", "top_up", "online", "bank_file"],
                    )
                ),
                name="billing_payment_method_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["done", "reversed"])),
                name="billing_payment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="billing_payment_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reversed_at__isnull", False), ("state", "reversed")),
                    models.Q(models.Q(("state", "reversed"), _negated=True), ("reversed_at", None)),
                    _connector="OR",
                ),
                name="billing_payment_reversed",
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtotal",
            constraint=models.UniqueConstraint(
                fields=("period", "ledger", "currency"), name="billing_period_total_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="periodtotal",
            constraint=models.CheckConstraint(
                condition=models.Q(("credits__gte", 0), ("debits__gte", 0)),
                name="billing_period_total_signs",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("book_id__gte", 0)),
                fields=["book_id"],
                name="billing_posting_of_book",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("bill_id__gte", 0)),
                fields=["bill_id"],
                name="billing_posting_of_bill",
            ),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="billing_posting_not_nothing"
            ),
        ),
        migrations.AddIndex(
            model_name="prepaidfee",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False), ("price__gt", models.F("paid"))),
                fields=["next_at"],
                name="billing_prepaid_fee_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="prepaidfee",
            constraint=models.UniqueConstraint(
                fields=("account", "cycle", "subscription_id", "tariff_id"),
                name="billing_prepaid_fee_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="prepaidfee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("gift__gte", 0), ("paid__gte", models.F("gift")), ("price__gte", 0)
                ),
                name="billing_prepaid_fee_amounts",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("state", "open")),
                fields=["expires_at"],
                name="billing_reservation_open",
            ),
        ),
        migrations.AddIndex(
            model_name="reservation",
            index=models.Index(fields=["account", "id"], name="billing_reservation_account"),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.UniqueConstraint(
                fields=("reference",), name="billing_reservation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "debited", "released", "expired"])),
                name="billing_reservation_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0), ("debited__gte", 0)),
                name="billing_reservation_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="reservation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state", "open")),
                    models.Q(
                        models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="billing_reservation_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="simulation",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.Func("result", function="jsonb_typeof", output_field=models.TextField()),
                    "object",
                ),
                name="billing_simulation_result_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="statusperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("subscriber", "="),
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
                name="billing_one_status_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="statusperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="billing_status_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="statusperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("reasons__len__gt", 0)),
                name="billing_status_period_has_reasons",
            ),
        ),
        migrations.AddIndex(
            model_name="quarantinedrecord",
            index=models.Index(fields=["state", "reason", "id"], name="billing_quarantine_open"),
        ),
        migrations.AddIndex(
            model_name="quarantinedrecord",
            index=models.Index(
                condition=models.Q(("usage_id__isnull", False)),
                fields=["usage_id"],
                name="billing_quarantine_of_usage",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("usage_id", None)),
                fields=("batch", "line_no"),
                name="billing_quarantine_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedrecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), ("usage_id__isnull", False)),
                fields=("usage_id",),
                name="billing_quarantine_usage",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "recovered", "discarded"])),
                name="billing_quarantine_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(fields=["subscriber_id", "started_at"], name="billing_usage_of"),
        ),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(
                condition=models.Q(("revision__gt", 0)),
                fields=["key", "revision"],
                name="billing_usage_corrections",
            ),
        ),
        migrations.AddIndex(
            model_name="usagerecord",
            index=django.contrib.postgres.indexes.BrinIndex(
                fields=["batch"], name="billing_usage_of_batch", pages_per_range=32
            ),
        ),
        migrations.AddConstraint(
            model_name="usagerecord",
            constraint=models.UniqueConstraint(
                fields=("key", "revision"), name="billing_usage_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="usagerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("usage__in", ["voice", "sms", "mms", "data", "content", "one_off"])
                ),
                name="billing_usage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="usagerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 0)), name="billing_usage_quantity"
            ),
        ),
    ]
