"""The words of the sign-on, in the reader's language when they are shown."""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy

from core.words import said


def words(zh: str, en: str) -> Any:
    """Return a text that is said in the language in which it is shown."""
    return _later(zh, en)


_later = lazy(said, str)

WRONG = words("工号或密码不正确", "The staff number or the password is not right")
WRONG_PASSWORD = words("密码不正确", "The password is not right")
WRONG_CODE = words("验证码不正确或已用过", "The code is not right, or it was used before")
NOT_THE_SAME = words("两次输入的密码不一致", "The two passwords are not the same")

# What allauth says after a deed, by the name of its template; what is not here it keeps to itself.
DONE = {
    "account/messages/password_changed.txt": words("密码已修改", "The password has been changed"),
    "mfa/messages/totp_activated.txt": words("验证器已启用", "The authenticator app is in use now"),
    "mfa/messages/totp_deactivated.txt": words(
        "验证器已停用", "The authenticator app is no longer used"
    ),
    "mfa/messages/webauthn_added.txt": words("通行密钥已添加", "The passkey has been added"),
    "mfa/messages/webauthn_removed.txt": words("通行密钥已移除", "The passkey has been removed"),
    "mfa/messages/recovery_codes_generated.txt": words(
        "已生成新的恢复码, 请立即保存", "New recovery codes have been made: keep them now"
    ),
}

# The letters about it: subject and what happened, in both languages because nobody is reading yet.
LETTERS = {
    "account/email/password_changed": (
        "密码已修改",
        "Your password was changed",
    ),
    "mfa/email/totp_activated": ("已启用验证器", "An authenticator app was added"),
    "mfa/email/totp_deactivated": ("已停用验证器", "The authenticator app was removed"),
    "mfa/email/webauthn_added": ("已添加通行密钥", "A passkey was added"),
    "mfa/email/webauthn_removed": ("已移除通行密钥", "A passkey was removed"),
    "mfa/email/recovery_codes_generated": (
        "已重新生成恢复码",
        "New recovery codes were made",
    ),
}
