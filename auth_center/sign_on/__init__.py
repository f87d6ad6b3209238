"""单点登录: the centre signs operators on, the consoles rely on it, one sign-off ends all.

Reading order: ``clients`` (who relies on the centre), ``centre`` and ``adapter`` (the centre's
side: a sign-on begins, a code becomes an ID token), ``arriving`` and ``id_tokens`` (a console's
side), ``sessions`` (what a console keeps), ``services`` (a sign-on ends, everywhere), ``tracing``.
"""
