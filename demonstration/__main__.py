import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ssoe_portal.settings")
    if "DATABASE_URL" not in os.environ:
        from ssoe_portal.local import prepare_environment

        prepare_environment()
    django.setup()

    import demonstration

    demonstration.load()
    for account in demonstration.printable_accounts():
        print(account)
