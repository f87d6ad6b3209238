"""What the catalogue does when BOSS answers."""
