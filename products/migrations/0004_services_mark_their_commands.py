from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0003_catalogue_releases"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="commands_digest",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("commands_digest", ""),
                    ("commands_digest__regex", "^[0-9a-f]{64}$"),
                    _connector="OR",
                ),
                name="service_commands_digest",
            ),
        ),
    ]
