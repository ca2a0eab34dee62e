"""``python -m appimageconfig``: the command line."""
