from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_three_parties")]

    operations = [
        migrations.AddIndex(
            model_name="subscriber",
            index=models.Index(fields=["service_number"], name="subscriber_number"),
        ),
    ]
