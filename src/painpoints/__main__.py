"""``python -m painpoints``."""

from painpoints.cli import main

if __name__ == "__main__":
    main()
