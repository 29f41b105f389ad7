"""Settings, read once at the edge (api.py, workers/__main__.py, the command line): environment in, one object out."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting is the environment variable DIGITIZER_<NAME>. Defaults are the embedded mode under ./var."""

    model_config = SettingsConfigDict(env_prefix="DIGITIZER_", frozen=True, extra="forbid")

    mode: Literal["embedded", "production"] = "embedded"
    var: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8080
    database_url: str = ""  # '' = sqlite in var
    redis_url: str = ""  # '' = private redis-server child
    objects_url: str = ""  # '' = directory in var; else s3://host:port/bucket?secure=0
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    population_url: str = ""  # '' = no registry
    queue_name: str = "digitizer"
    engine: str = "onnx"
    workers: int = 2
    glancers: int = 1  # children that look at scans before they are handed in, each API process; 0: none
    lease_seconds: float = 30.0
    sweep_seconds: float = 15.0
    sandbox: Literal["auto", "bubblewrap", "rlimits"] = "auto"
    accept_probability: float | None = None
    backlog_limit: int = 10_000
    log_json: bool = False
    public_url: str = ""  # how browsers reach the service; needed for the identity provider
    oidc_issuer: str = ""  # '' = local accounts only
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_claim: str = "preferred_username"  # of the ID token: the login that the account has here
    session_idle_minutes: float = 30.0  # people are signed out after this long without a click
    session_hours: float = 12.0  # and after this long in any case
    review_lease_minutes: float = 10.0  # a record in review is free again after this long without a sign of life
    review_own_uploads: bool = False  # may people review what they scanned themselves (an office of one)
