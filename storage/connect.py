"""Opens everything kept: settings in, Stores out; refuses a schema that does not fit and missing credentials."""

from __future__ import annotations

from digitizer.errors import UnsafeSettings
from settings import Settings
from storage import migrate as migrations
from storage.audit import SqlAudit
from storage.base import ObjectStore, Stores
from storage.checks import SqlChecks
from storage.database import Database
from storage.desk import SqlDesk
from storage.groups import SqlGroups
from storage.keys import SqlKeys
from storage.objects import open_objects
from storage.overview import SqlOverview
from storage.people import SqlPeople
from storage.pictures import SqlPictures
from storage.quality_risk import SqlQuality
from storage.queue import SqlQueue
from storage.records import SqlRecords
from storage.rereads import SqlRereads
from storage.rules import Clock
from storage.search import SqlSearch
from storage.sheets import SqlSheets
from storage.uploads import SqlUploads
from storage.workbench import Workbench


def open_stores(settings: Settings) -> Stores:
    """Embedded mode brings the schema up to date by itself; production refuses to start on an old one.

    Raises UnsafeSettings, DatabaseUnavailable. The object store is first asked when it is first used or `check`ed."""
    database = open_database(settings)
    try:
        if settings.mode == "embedded":
            migrations.upgrade(database)
        else:
            migrations.require_current(database)
        return on_database(database, objects(settings))
    except BaseException:
        database.close()
        raise


def migrate(settings: Settings) -> str:
    """Brings the schema up to date; gives its revision. Raises UnsafeSettings, DatabaseUnavailable."""
    database = open_database(settings)
    try:
        return migrations.upgrade(database)
    finally:
        database.close()


def open_database(settings: Settings) -> Database:
    """The database alone, whatever its schema; the caller closes it. Raises UnsafeSettings."""
    return Database(database_url(settings))


def database_url(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url
    if settings.mode == "production":
        raise UnsafeSettings("production needs DIGITIZER_DATABASE_URL")
    return f"sqlite:///{settings.var.absolute() / 'digitizer.sqlite3'}"


def objects(settings: Settings) -> ObjectStore:
    if not settings.objects_url and settings.mode == "production":
        raise UnsafeSettings("production needs DIGITIZER_OBJECTS_URL")
    return open_objects(
        settings.objects_url or str(settings.var.absolute() / "objects"),
        settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value(),
    )


def on_database(database: Database, kept: ObjectStore) -> Stores:
    return Stores(
        objects=kept, uploads=SqlUploads(database), queue=SqlQueue(database), records=SqlRecords(database),
        keys=SqlKeys(database), audit=SqlAudit(database), workbench=workbench_on(database),
        close=database.close,
    )


def workbench_on(database: Database) -> Workbench:
    return Workbench(
        people=SqlPeople(database),
        desk=SqlDesk(database),
        search=SqlSearch(database),
        overview=SqlOverview(database),
        pictures=SqlPictures(database),
        checks=SqlChecks(database),
        quality=SqlQuality(database),
        groups=SqlGroups(database),
        sheets=SqlSheets(database),
        rereads=SqlRereads(database),
    )


def open_url(url: str, kept: ObjectStore, clock: Clock | None = None) -> Stores:
    """A database by its URL, schema brought up to date, with an object store already open."""
    database = Database(url, clock)
    migrations.upgrade(database)
    return on_database(database, kept)
