"""Reports as documents: what a template says, as blocks, and each format made from the same blocks."""
