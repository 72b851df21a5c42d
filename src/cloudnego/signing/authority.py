"""The keys an installation seals papers with: its own certificates and time stamps, in a file beside the master key.

They are of nobody's but the parties' making: no licensed service stands behind them (电子签名法 16, 29), and every
certificate says so. What they are worth rests on the sides' agreement (D0; ESL 13 ¶2).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cloudnego.eventlog.keys import make
from cloudnego.texts import Actionable

INTERNAL: Final = "内部证书，非依法设立的电子认证服务"
INTERNAL_EN: Final = "internal certificate, no licensed certification service"
_YEARS: Final = 30
_PAIRS: Final = 2
_PRIVATE: Final = re.compile(rb"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n", re.DOTALL)


class SealKeyMissing(Actionable):
    """The file with the keys for papers is not there, or of no use."""


class Certified(NamedTuple):
    """A key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


class Authority:
    """The root, and the key of the time stamps."""

    def __init__(self, root: Certified, stamps: Certified) -> None:
        self.root: Final = root
        self.stamps: Final = stamps

    @classmethod
    def create(cls, file: Path, name: str, now: datetime) -> Authority:
        """Make the file with new keys. `name`: of the installation. Raises FileExistsError."""
        made = cls.fresh(name, now)
        parts = [
            part
            for one in (made.root, made.stamps)
            for part in (
                one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
                one.certificate.public_bytes(Encoding.PEM),
            )
        ]
        make(file, b"".join(parts).decode())
        return made

    @classmethod
    def fresh(cls, name: str, now: datetime) -> Authority:
        """New keys, in memory alone."""
        key = ec.generate_private_key(ec.SECP256R1())
        said = _name(f"云协商内部签发 {name}")
        usage = _usage(signs_certificates=True)
        begins = now.astimezone(UTC).replace(microsecond=0)
        span = (begins - timedelta(minutes=5), begins.replace(year=begins.year + _YEARS, day=min(begins.day, 28)))
        basic = x509.BasicConstraints(ca=True, path_length=0)
        root = _certificate(said, said, key, key, span).add_extension(basic, critical=True)
        certificate = root.add_extension(usage, critical=True).sign(key, hashes.SHA256())
        stamping = ec.generate_private_key(ec.SECP256R1())
        stamps = (
            _certificate(_name(f"云协商内部时间戳 {name}"), said, stamping, key, span)
            .add_extension(_usage(), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(Certified(key, certificate), Certified(stamping, stamps))

    @classmethod
    def open(cls, file: Path) -> Authority:
        """Read the file. Raises SealKeyMissing if it is not there, or others may read it."""
        try:
            if file.stat().st_mode & 0o077:
                raise SealKeyMissing("seal_key_open", file=file)
            text = file.read_bytes()
            certificates = x509.load_pem_x509_certificates(text)
            keys = [load_pem_private_key(one, None) for one in _PRIVATE.findall(text)]
            pairs = [
                Certified(key, certificate)
                for key, certificate in zip(keys, certificates, strict=True)
                if isinstance(key, ec.EllipticCurvePrivateKey) and key.public_key() == certificate.public_key()
            ]
            if len(pairs) != _PAIRS:
                raise ValueError("not two keys with their certificates")
        except FileNotFoundError:
            raise SealKeyMissing("seal_key_missing", file=file) from None
        except ValueError:
            raise SealKeyMissing("seal_key_unreadable", file=file) from None
        return cls(*pairs)

    def certify(self, name: str, role: str, person: str, now: datetime) -> Certified:
        """A key that is used once, with a certificate for who signs: his name, in what role, his id."""
        key = ec.generate_private_key(ec.SECP256R1())
        said = x509.Name(
            [
                *_name(name),
                x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, role[:64]),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, person[:64]),
            ]
        )
        span = (now.astimezone(UTC) - timedelta(minutes=5), self.root.certificate.not_valid_after_utc)
        made = _certificate(said, self.root.certificate.subject, key, self.root.key, span)
        return Certified(key, made.add_extension(_usage(), critical=True).sign(self.root.key, hashes.SHA256()))

    @property
    def pem(self) -> bytes:
        """The root, for whoever checks."""
        return self.root.certificate.public_bytes(Encoding.PEM)


def _name(called: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, called[:64]),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, INTERNAL),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, INTERNAL_EN),
        ]
    )


def _usage(*, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=not signs_certificates, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _certificate(
    said: x509.Name,
    by: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    span: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(said)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
