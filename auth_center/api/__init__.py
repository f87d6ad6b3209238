"""The centre's REST API: TMF672 roles and permissions, and decisions for outside systems."""
