"""`python -m digitizer`: takes the command line, gives its exit status."""

from digitizer.cli.main import run

if __name__ == "__main__":
    run()
