"""`python -m aks_audit`."""

from .cli import main

if __name__ == "__main__":
    main()
