"""What only an admin can ask for: the folder is the permission."""
