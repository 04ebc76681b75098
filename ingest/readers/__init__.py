"""One reader a family of formats: bytes in, a Transcript out."""
