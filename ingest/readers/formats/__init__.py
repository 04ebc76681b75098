"""One module for each format: NAME, VERSION, recognise(received) and read(received). A new file here is a new reader."""
