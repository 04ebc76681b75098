"""One module for each format: NAME, TITLE, VERSION, NEEDS, recognise(received), read(received). A new file here is a new reader."""
