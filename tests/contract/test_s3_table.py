"""The published table of what S3 servers answer is what they answer."""

from __future__ import annotations

from tests import servers
from tests.contract import s3_table


def test_the_document_says_what_the_servers_say(minio_server: servers.S3, versity_server: servers.S3) -> None:
    names = s3_table.names()
    measured = s3_table.table({
        names["minio"]: s3_table.answers(minio_server), names["versity"]: s3_table.answers(versity_server)})
    assert s3_table.published() == measured, "run `python -m tests.contract.s3_table`"
