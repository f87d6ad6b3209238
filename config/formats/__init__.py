"""How moments are written: to the second and sortable, in either language."""
