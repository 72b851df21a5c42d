"""What an operator may set, in one class; each field says in one line why it exists."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, Literal, get_args

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

_ENVIRONMENT: Final = os.environ  # noqa: TID251 - this is the one module that reads it


class SecretOpen(ValueError):
    """A secret lies in a file that others may read, or stands in the environment too (`twice`)."""

    def __init__(self, variable: str, file: str, *, twice: bool = False) -> None:
        self.variable = variable
        self.file = file
        self.twice = twice
        super().__init__(f"{variable}: {file}")


class SecretFiles(PydanticBaseSettingsSource):
    """Secrets from files: the environment of a process is shown to whoever may look at the process.

    A setting that is a secret is read from the file that `CLOUDNEGO_<NAME>_FILE` names, or from a credential of systemd
    called `cloudnego.<name>` (`LoadCredential=`). Raises SecretOpen for a file others may read, and for a secret that
    stands in the environment too; OSError for one that cannot be read.
    """

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        secret = field.annotation is SecretStr or SecretStr in get_args(field.annotation)
        file = self._file(field_name) if secret else None
        return (None if file is None else self._read(file, field_name)), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in found.items() if value is not None}

    @staticmethod
    def _file(name: str) -> Path | None:
        variable = f"CLOUDNEGO_{name.upper()}"
        named = _ENVIRONMENT.get(f"{variable}_FILE")
        if named and variable in _ENVIRONMENT:
            raise SecretOpen(variable, named, twice=True)
        credential = Path(_ENVIRONMENT.get("CREDENTIALS_DIRECTORY", "/nowhere")) / f"cloudnego.{name}"
        return Path(named) if named else credential if credential.exists() else None

    @staticmethod
    def _read(file: Path, name: str) -> str:
        if file.stat().st_mode & 0o007:
            raise SecretOpen(f"CLOUDNEGO_{name.upper()}_FILE", str(file))
        return file.read_text("utf-8").strip()


class Settings(BaseSettings):
    """Read from the environment (`CLOUDNEGO_PORT=8080`); only `main` and the command line read it."""

    model_config = SettingsConfigDict(env_prefix="CLOUDNEGO_", frozen=True, extra="ignore")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is said in the program, then the environment, then files of secrets."""
        del dotenv_settings, file_secret_settings  # pydantic's own ask nobody who may read them
        return init_settings, env_settings, SecretFiles(settings_cls)

    data_dir: Path = Field(Path("cloudnego-data"), description="Everything this installation writes lies below here.")
    database_url: SecretStr | None = Field(
        None, description="Unset: SQLite in the data directory. Set: PostgreSQL, when one machine is outgrown."
    )
    key_file: Path | None = Field(
        None, description="The key that wraps the caucus keys; keep it on another disk than database and backups."
    )
    host: str = Field("127.0.0.1", description="Loopback, because TLS ends in a proxy in front of us.")
    port: int = Field(8000, ge=0, le=65535, description="Where the API and the screens answer; 0 takes a free port.")
    metrics_host: str = Field("127.0.0.1", description="Figures of operation are not for the public address.")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="A port of its own, so that no proxy rule can expose it; unset: no metrics."
    )
    trusted_proxies: str = Field(
        "127.0.0.1", description="Whose X-Forwarded-For and -Proto we believe; anyone else could forge an address."
    )
    public_origins: tuple[str, ...] = Field(
        (), description="Origins browsers may send unsafe requests from, besides the host they address."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+$",
        description="Where the world reaches us, such as https://talks.example: who signs portals' tokens, and links.",
    )
    timestamp_url: str | None = Field(
        None,
        pattern=r"^https?://[^#\s]+$",
        description="A server that stamps the head of each district's log daily (RFC 3161); unset: our own clock does.",
    )
    papers_templates: Path | None = Field(
        None,
        description="A folder of typst templates that come before the house's own: papers look as the office wants.",
    )
    cookie_secure: bool = Field(
        True, description="The session cookie is __Host- and Secure; only a demo on loopback without TLS turns it off."
    )
    ballots_to: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+$",
        description="The node that keeps ballots while they wait, such as http://10.0.0.5:8000; unset on that node.",
    )
    score_file: Path | None = Field(
        None, description="YAML with an office's own weights of the score (`code: points`); unset: those shipped."
    )
    outside_file: Path | None = Field(
        None, description="JSON that names the outside providers people may sign in through; unset: none."
    )
    outside_loopback: bool = Field(
        False,
        description="Lets a provider be at http on this very machine: for tests and development, never in service.",
    )
    allow_sandboxes: bool = Field(
        False, description="Whether anyone may make a sandbox district over HTTP: for demo and training servers."
    )
    sandboxes_max: int = Field(
        200, ge=0, description="A public training server must not be filled by a script that opens sandboxes."
    )
    practice_days: int = Field(
        7,
        ge=1,
        le=366,
        description="After so many days a practice that nobody ended gives its place back.",
    )
    worker_threads: int = Field(
        8, ge=1, le=256, description="Threads that read the database for requests; the writer has its own."
    )
    queue_max: int = Field(
        4096, ge=1, description="Commands waiting for the writer in all; beyond it we answer 503 and mean it."
    )
    queue_per_side_max: int = Field(
        32, ge=1, description="Commands waiting per case and side, so that one side never feels the other's load."
    )
    asks_per_second: float = Field(
        20.0, gt=0, description="Steady rate of requests per session; a person never needs it, a script is slowed."
    )
    asks_burst: int = Field(200, ge=1, description="How many requests may come at once before the rate holds.")
    portal_asks_per_day: int = Field(
        50_000, ge=100, description="Requests a portal may make a day for one enterprise; waiting for news takes 2,880."
    )
    failures_per_address: int = Field(
        100, ge=1, description="Failed proofs of one address before it waits; a whole factory may be one address."
    )
    failures_per_client: int = Field(
        20, ge=1, description="Failed proofs of one portal client from one address; a machine does not mistype."
    )
    failures_window_s: int = Field(600, ge=1, le=86_400, description="How long a failure of an address counts.")
    body_max_bytes: int = Field(
        262_144, ge=1024, description="Longest request body: no lawful act is longer, a long one only costs memory."
    )
    file_max_bytes: int = Field(
        10_485_760, ge=65_536, le=33_554_432, description="Longest file one may lay into a case: a scan of fifty pages."
    )
    file_readers: int = Field(
        2, ge=1, le=16, description="Foreign files looked at or marked at once; each may use a core and 512 MiB."
    )
    session_idle_s: int = Field(
        43_200, ge=60, description="A session nobody used this long is over: half a day, one shift and its breaks."
    )
    session_lasts_s: int = Field(
        604_800, ge=60, description="A session ends after this long whatever happens: a week, then sign in again."
    )
    proof_lasts_s: int = Field(
        600, ge=60, le=3600, description="How long a proof beyond the password counts: a few acts, not a lunch break."
    )
    passkey_domain: str | None = Field(
        None,
        description="The domain passkeys belong to, for good: under another they are lost. Unset: there are none.",
    )
    mail_host: str | None = Field(None, description="The server that mails codes and notices; unset: none are mailed.")
    mail_port: int = Field(587, ge=1, le=65535, description="Where that server takes mail.")
    mail_from: str = Field("cloudnego@localhost", description="Whom the mails come from.")
    mail_returns: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9.+_=-]{0,14}\{letter\}@[A-Za-z0-9.-]{1,180}$",
        description="Where mails come back to, as bounces+{letter}@example.org; unset: to whom they come from.",
    )
    mail_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="A code does not travel in the clear; none is for a relay on this very machine."
    )
    mail_login: str | None = Field(None, description="How we sign in there; unset: we do not.")
    mail_password: SecretStr | None = Field(None, description="The password to that.")
    text_url: str | None = Field(
        None,
        pattern=r"^(https://|http://(127\.0\.0\.1|\[::1\]|localhost)[:/])[^#\s]+$",
        description="A gateway that takes codes for phones, by POST; unset: none are sent. http only on this machine.",
    )
    text_secret: SecretStr | None = Field(None, description="What the gateway knows us by; without it none are sent.")
    channels_file: Path | None = Field(
        None, description="JSON that names channels to phones for notices: gateways, WeCom and DingTalk robots."
    )
    password_memory_kib: int = Field(
        65_536, ge=8, description="Argon2 memory per hash; lower only where tests or a tiny machine ask for it."
    )
    password_hashes_at_once: int = Field(
        2, ge=1, description="Each takes the memory above and 0.3 s of a core; more at once would starve the rest."
    )
    keep_sign_ins_days: int = Field(
        400,
        ge=180,
        description="Days the record of who signed in is kept; the law on network logs wants 180.",
    )
    keep_views_days: int = Field(
        10_950, ge=180, description="Days it is kept who read a side's materials: as long as the papers of a case."
    )
    keep_prints_days: int = Field(1_095, ge=180, description="Days it is kept who printed slips for workers.")
    keep_surveys_days: int = Field(1095, ge=1, description="Days answers and opinions are kept after a survey closes.")
    keep_nominations_days: int = Field(1095, ge=1, description="Days nominations before an election are kept.")
    keep_audit_exports_days: int = Field(
        7, ge=1, description="Days an audit file that was asked for may be fetched; then it is made anew."
    )
    keep_imports_days: int = Field(
        30, ge=1, description="Days it is kept what a bulk import found wrong, with the rows it stands in."
    )
    keep_talk_days: int = Field(
        1095, ge=1, description="Days after a contract ran out until what was merely said at its table is erased."
    )
    keep_ballots_days: int = Field(
        365, ge=1, description="Days after a contract ran out until the lists of ballots of its votes are destroyed."
    )
    keep_messages_days: int = Field(400, ge=1, description="Days a message in the program is kept.")
    keep_deliveries_days: int = Field(90, ge=1, description="Days it is kept what webhooks were told, and how much.")
    webhooks_loopback: bool = Field(
        False, description="Development only: webhooks may lead to http on this very machine, at any port."
    )
    timers_every_s: float = Field(
        30.0, gt=0, description="How often a process looks for what has fallen due; deadlines are days, not seconds."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Verbosity of the operator's log; it never holds content."
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir.absolute() / 'cloudnego.sqlite3'}"

    @property
    def master_key(self) -> Path:
        """Where the wrapping key lies."""
        return self.key_file if self.key_file is not None else self.data_dir.absolute() / "keys" / "master.key"

    @property
    def log_key(self) -> Path:
        """Where the keys lie that sign the log: beside the wrapping key."""
        return self.master_key.with_name("log.key")

    @property
    def seal_key(self) -> Path:
        """Where the keys lie that papers are sealed with: beside the wrapping key."""
        return self.master_key.with_name("seal.pem")

    @property
    def log_heights(self) -> Path:
        """Where it is kept how far the log was co-signed: beside its key, for no backup may know it better."""
        return self.master_key.with_name("log.heights")
