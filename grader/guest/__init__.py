"""What runs beside student code: the only code of ours that a guest can see."""
