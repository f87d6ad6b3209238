from __future__ import annotations

from django.apps import AppConfig


class AuthCenterConfig(AppConfig):
    name = "auth_center"
    verbose_name = "统一认证"
