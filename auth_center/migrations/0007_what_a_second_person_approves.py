"""What lies above somebody's limit waits for a second person, in every system's own database.

The database refuses to change what was asked, and anything about a request that is closed.
"""

from django.db import migrations, models

STAYS = """
CREATE FUNCTION auth_center_approval_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.state <> 'pending' OR
        ROW(NEW.number, NEW.permission, NEW.amount, NEW.unit, NEW.subject, NEW.arguments, NEW.why,
            NEW.once, NEW.requested_kind, NEW.requested_by, NEW.requested_at)
        IS DISTINCT FROM
        ROW(OLD.number, OLD.permission, OLD.amount, OLD.unit, OLD.subject, OLD.arguments, OLD.why,
            OLD.once, OLD.requested_kind, OLD.requested_by, OLD.requested_at)
    THEN
        RAISE EXCEPTION 'what was asked and decided stays: % on %', TG_OP, OLD.number
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$
"""
GUARD = """
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON auth_center_approvalrequest
FOR EACH ROW EXECUTE FUNCTION auth_center_approval_stays()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("auth_center", "0006_sign_ons_are_seen_and_their_ends_are_told"),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE approval_no_seq", "DROP SEQUENCE approval_no_seq"),
        migrations.CreateModel(
            name="ApprovalRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=24, unique=True)),
                ("permission", models.CharField(max_length=80)),
                ("amount", models.DecimalField(decimal_places=6, max_digits=18)),
                ("unit", models.CharField(max_length=8)),
                ("subject", models.CharField(max_length=80)),
                ("summary_zh", models.CharField(max_length=400)),
                ("summary_en", models.CharField(max_length=400)),
                ("arguments", models.JSONField(default=dict)),
                ("flow_no", models.CharField(blank=True, default="", max_length=24)),
                ("once", models.CharField(blank=True, default="", max_length=80)),
                ("why", models.CharField(max_length=400)),
                ("requested_kind", models.CharField(max_length=10)),
                ("requested_by", models.CharField(max_length=60)),
                ("requested_channel", models.CharField(blank=True, default="", max_length=60)),
                ("requested_terminal", models.CharField(blank=True, default="", max_length=60)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "待审批"),
                            ("approved", "已批准"),
                            ("refused", "已驳回"),
                            ("withdrawn", "已撤回"),
                            ("expired", "已过期"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("decided_by", models.CharField(blank=True, default="", max_length=60)),
                ("decided_terminal", models.CharField(blank=True, default="", max_length=60)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_why", models.CharField(blank=True, default="", max_length=400)),
                ("outcome", models.JSONField(blank=True, null=True)),
                ("fault_zh", models.TextField(blank=True, default="")),
                ("fault_en", models.TextField(blank=True, default="")),
                ("fault_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["permission", "-id"],
                        name="approval_waits",
                    ),
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["expires_at"],
                        name="approval_expires",
                    ),
                    models.Index(fields=["requested_by", "-id"], name="approval_own"),
                    models.Index(fields=["permission", "state", "-id"], name="approval_listed"),
                    models.Index(fields=["permission", "subject", "-id"], name="approval_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ["pending", "approved", "refused", "withdrawn", "expired"],
                            )
                        ),
                        name="approval_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "pending"), ("decided_at", None), ("decided_by", "")
                            ),
                            models.Q(
                                models.Q(("state", "pending"), _negated=True),
                                ("decided_at__isnull", False),
                                models.Q(("decided_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="approval_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("approved", "refused")), _negated=True),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_by_a_second_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("requested_at"))),
                        name="approval_waits_a_while",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("why", ""), _negated=True),
                            models.Q(("requested_by", ""), _negated=True),
                        ),
                        name="approval_asked_with_a_reason",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "pending"), models.Q(("once", ""), _negated=True)
                        ),
                        fields=("permission", "once"),
                        name="approval_asked_once",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, "DROP FUNCTION auth_center_approval_stays()"),
        migrations.RunSQL(GUARD, "DROP TRIGGER stays ON auth_center_approvalrequest"),
    ]
