"""The fixtures themselves: each real server answers its own client."""

from __future__ import annotations

import psycopg
import redis

from tests import servers


def test_redis_is_set_up_to_lose_nothing(redis_server: servers.Redis) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}


def test_postgres_gives_each_test_its_own_database(postgres_server: servers.Postgres) -> None:
    first, second = postgres_server.new_database(), postgres_server.new_database()
    with psycopg.connect(first.replace("+psycopg", ""), autocommit=True) as conn:
        conn.execute("CREATE TABLE only_here (id int)")
    with psycopg.connect(second.replace("+psycopg", "")) as conn:
        assert conn.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


def test_a_killed_server_is_gone_and_its_folder_removed() -> None:
    with servers.redis_server() as server:
        server.kill()
        assert server.process.poll() is not None
        folder = server.directory
    assert not folder.exists()
