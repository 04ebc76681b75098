"""One module for each format: NAME, VERSION, recognise(received), read(received). A new file here is a new reader."""
