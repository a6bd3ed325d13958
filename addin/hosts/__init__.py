"""The programs in which the functions and commands appear, one package each."""
