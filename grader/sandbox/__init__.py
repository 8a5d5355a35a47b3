"""The layers between student code and the machine. Each works on its own; `layers` says which are active."""
