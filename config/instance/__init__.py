"""One running instance of Sanhu: its data folder, servers, secrets and processes.

``bin/serve``, ``manage.py`` and every other command stand on this package. Reading order:
``bootstrap`` (the environment), ``layout`` (the data folder), ``postgres`` and ``broker`` (the
servers), ``keeper`` (runs them while anybody needs them), ``roles`` (what else runs), ``serve``.
"""
