#!/usr/bin/env python
"""Django's command line; in a fresh clone it starts the embedded database by itself."""

import sys


def main() -> None:
    from ssoe_portal.local import prepare_environment

    prepare_environment()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
