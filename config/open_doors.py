"""What asks for no permission, and why: every other way in names the operation it permits.

An address that stands neither here nor brings a permission fails ``manage.py
write_permission_table`` and the tests; so does one that stands here and is gone.
"""

from __future__ import annotations

from auth_center.matrix import Guard, Open


def _open(guard: Guard, why: str) -> Open:
    return Open(guard=guard, why=why)


_ANYBODY, _OPERATOR, _NOBODY = Guard.ANYBODY, Guard.OPERATOR, Guard.NOBODY
_CLIENT, _INSIDE, _SYSTEM = Guard.CLIENT, Guard.INSIDE, Guard.SYSTEM

# What every console has; its tables and pages bring their permissions.
CONSOLES = {
    "<console>/": _open(_OPERATOR, "the overview; each part of it asks for its own permission"),
    "<console>/search/": _open(_OPERATOR, "finds only in tables that one may look at"),
    "<console>/language/": _open(_ANYBODY, "chooses the language, also before signing in"),
    "<console>/login/": _open(_ANYBODY, "the way to the sign-on"),
    "<console>/login/callback/": _open(_CLIENT, "takes the code of a sign-on begun here"),
    "<console>/logout/": _open(_ANYBODY, "ends one's own sign-on, if there is one"),
    "<console>/password_change/": _open(_NOBODY, "a password is the centre's, no console's"),
    "<console>/password_change/done/": _open(_NOBODY, "no console changes one"),
    "<console>/autocomplete/": _open(_NOBODY, "for forms; a table has none"),
    "<console>/jsi18n/": _open(_OPERATOR, "words for scripts"),
    "<console>/r/<path:content_type_id>/<path:object_id>/": _open(
        _OPERATOR, "leads to a thing's page on a site; no thing of ours has one"
    ),
    "<console>/<app>/": _open(_OPERATOR, "names the tables of an app that one may look at"),
    "<console>/(?P<url>.*)$": _open(_OPERATOR, "there is nothing; with a slash there may be"),
}
ADDRESSES = {
    "": _open(_ANYBODY, "leads to the first console, which asks who comes"),
    "health/": _open(_ANYBODY, "says which parts answer, for whoever watches the machines"),
    "i18n/setlang/": _open(_ANYBODY, "chooses the language"),
    "billing/callbacks/<slug:source>/": _open(
        Guard.CLIENT, "payment services tell of payments; each signs what it tells"
    ),
    "integration/<str:system>/ask": _open(_SYSTEM, "the other systems' questions"),
    ".well-known/openid-configuration": _open(_ANYBODY, "where the sign-on's end-points are"),
    ".well-known/jwks.json": _open(_ANYBODY, "the public keys by which tokens are verified"),
    "identity/o/authorize": _open(Guard.SIGNED_IN, "gives a registered client a code"),
    "identity/o/device": _open(_NOBODY, "no sign-on by a code typed at another device"),
    "identity/o/logout": _open(_ANYBODY, "ends one's own sign-on, if there is one"),
    "identity/o/api/token": _open(_CLIENT, "gives tokens"),
    "identity/o/api/revoke": _open(_CLIENT, "takes the client's own tokens back"),
    "identity/o/api/device/code": _open(_NOBODY, "no sign-on by a code typed at another device"),
    "identity/o/api/userinfo": _open(Guard.TOKEN, "who the token's operator is"),
}
_HALF_WAY = _open(Guard.SIGNED_IN, "a step of one's own sign-on, after the password")
_OWN = _open(Guard.SIGNED_IN, "one's own, as oneself")
_OWN_SECRET = _open(Guard.SIGNED_IN, "one's own second factor; asks for the password again")
CENTRE = {
    "sso/": _OWN,
    "sso/login/": _open(_ANYBODY, "the sign-on; guessing is made slow"),
    "sso/login/password/": _HALF_WAY,
    "sso/login/factor/": _HALF_WAY,
    "sso/login/factor/codes/": _HALF_WAY,
    "sso/logout/": _open(_ANYBODY, "ends one's own sign-on, if there is one"),
    "sso/reauthenticate/": _OWN,
    "sso/password/": _OWN,
    "sso/sign-ons/": _OWN,
    "sso/sign-ons/end-others/": _OWN,
    "sso/sign-ons/<number:number>/end/": _OWN,
    "sso/language/": _open(_ANYBODY, "chooses the language, also before signing in"),
    "sso/2fa/": _OWN,
    "sso/2fa/authenticate/": _HALF_WAY,
    "sso/2fa/reauthenticate/": _OWN,
    "sso/2fa/totp/activate/": _OWN_SECRET,
    "sso/2fa/totp/deactivate/": _OWN_SECRET,
    "sso/2fa/recovery-codes/": _OWN_SECRET,
    "sso/2fa/recovery-codes/generate/": _OWN_SECRET,
    "sso/2fa/recovery-codes/download/": _OWN_SECRET,
    "sso/2fa/webauthn/": _OWN_SECRET,
    "sso/2fa/webauthn/add/": _OWN_SECRET,
    "sso/2fa/webauthn/reauthenticate/": _OWN_SECRET,
    "sso/2fa/webauthn/keys/<int:pk>/remove/": _OWN_SECRET,
    "sso/2fa/webauthn/keys/<int:pk>/edit/": _OWN_SECRET,
    "sso/2fa/webauthn/login/": _open(_ANYBODY, "the sign-on by a passkey"),
}
API = {
    "GET /api/schema": _open(_ANYBODY, "the description of the API, without any data"),
    "GET /api/docs": _open(_ANYBODY, "a page to read the description"),
    "GET /api/docs/start.js": _open(_ANYBODY, "what starts that page"),
}
TASKS = {
    "task integration.receive": _open(_SYSTEM, "each delivery carries the sender's proof"),
    "task integration.drain": _open(
        _SYSTEM,
        "only says that a try is due, by the word of the receiver's own relay; "
        "acts on what was proven when it was put into the inbox",
    ),
    "task auth_center.tasks.end_sign_ons": _open(_INSIDE, "by the clock; takes nothing"),
    "task auth_center.tasks.forget_sign_ons": _open(
        _INSIDE, "names a system, whose ended sign-ons it forgets; by the clock"
    ),
    "task auth_center.tasks.send_letters": _open(_INSIDE, "by the clock; takes nothing"),
    "task auth_center.tasks.tell_clients": _open(_INSIDE, "by the clock; takes nothing"),
    "task auth_center.tasks.expire_approvals": _open(
        _INSIDE, "by the clock; closes what nobody decided about in time"
    ),
    "task auth_center.tasks.seal_audit": _open(
        _INSIDE, "names a system, whose audit it seals; by the clock"
    ),
    "task orders.tasks.mend_portion": _open(
        _INSIDE, "names a mending that somebody who may has ordered; goes on in that one's name"
    ),
    "task orders.tasks.resume_bulk_mending": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.post_bank_files": _open(
        _INSIDE, "pays what somebody who may has loaded; by the clock"
    ),
    "task billing.tasks.refresh_overdue": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.call_bill_run_workers": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.call_rating_workers": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.expire_books": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.expire_reservations": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.refresh_figures": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.seal_usage": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.take_prepaid_fees": _open(_INSIDE, "by the clock; takes nothing"),
    "task billing.tasks.take_in_usage": _open(
        _INSIDE, "takes in what lies in the machine's own folder; by the clock"
    ),
    "task billing.tasks.prove_ledger": _open(
        _INSIDE, "reads everything, writes its outcome; by the clock or asked for by who may"
    ),
    "task billing.tasks.rate_usage": _open(_INSIDE, "rates what somebody who may has loaded"),
    "task billing.tasks.work_bill_run": _open(
        _INSIDE, "works on a run that somebody who may has begun"
    ),
    "task provisioning.tasks.resume_work_orders": _open(_INSIDE, "by the clock; takes nothing"),
    "task provisioning.tasks.expire_reservations": _open(_INSIDE, "by the clock; takes nothing"),
}
_SHELL = "who has the machine; writes under the name of the shell or of the program"
COMMANDS = {
    "command catalogue_mapping": _open(_INSIDE, _SHELL),
    "command check_audit": _open(_INSIDE, "who has the machine; reads the audit's chain"),
    "command choose_scheme": _open(_INSIDE, _SHELL),
    "command compare_schemes": _open(_INSIDE, "who has the machine; measures"),
    "command compile_words": _open(_INSIDE, "writes the program's own words"),
    "command export_catalogue": _open(_INSIDE, _SHELL),
    "command import_catalogue": _open(
        _INSIDE, "who has the machine; with --staff and --approve-as what those operators may"
    ),
    "command import_operators": _open(_INSIDE, _SHELL),
    "command issue_vouchers": _open(_INSIDE, _SHELL),
    "command letters": _open(
        _INSIDE, "who has the machine; with --operator what that operator may"
    ),
    "command load_demo": _open(_INSIDE, _SHELL),
    "command load_numbers": _open(_INSIDE, _SHELL),
    "command load_sims": _open(_INSIDE, _SHELL),
    "command load_usage": _open(_INSIDE, _SHELL),
    "command prove_ledger": _open(_INSIDE, "who has the machine; reads everything"),
    "command reconcile": _open(_INSIDE, _SHELL),
    "command relay": _open(_INSIDE, "carries messages, each with a fresh proof"),
    "command rotate_keys": _open(_INSIDE, "who has the machine; makes keys and tells none"),
    "command write_openapi": _open(_INSIDE, "writes the description of the API"),
    "command write_permission_table": _open(_INSIDE, "writes the permission table"),
    "command write_schemas": _open(_INSIDE, "writes the description of the messages"),
}
_SECRET = "the asking system's own secret, which the question itself carries"  # noqa: S105
QUESTIONS = {
    "question ConnectRequest": _open(_SYSTEM, _SECRET),
    "question VerifyRequest": _open(_SYSTEM, _SECRET),
    "question SigningKeysQuery": _open(_ANYBODY, "the public keys by which tokens are verified"),
}
OPEN = {**CONSOLES, **ADDRESSES, **CENTRE, **API, **QUESTIONS, **TASKS, **COMMANDS}
