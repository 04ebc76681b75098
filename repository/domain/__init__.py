"""What Cairn talks about: frozen values, standard library only. See docs/glossary.md."""
