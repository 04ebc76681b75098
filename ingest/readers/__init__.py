"""Reading files: what is in the bytes, and the canonical text made of it. One module in `formats` for each format."""
