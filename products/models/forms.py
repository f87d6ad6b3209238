"""How codes and digests are written; the constraints of the tables hold them to it."""

CODE = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$"
DIGEST = r"^[0-9a-f]{64}$"
