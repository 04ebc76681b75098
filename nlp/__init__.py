"""Text and numbers: strings and arrays in, strings and arrays out. Knows nothing of studies."""
