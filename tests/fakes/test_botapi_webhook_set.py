"""setWebhook of the fake Bot API: what it takes, and what it says."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from telegram import Bot
from telegram.error import RetryAfter

from tests.fakes.botapi import FakeBotAPI
from tests.fakes.botapi_stage import ANNA, api, bot, call, clock, refusal, session

__all__ = ["api", "bot", "clock", "session"]  # fixtures


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"url": "https://"}, "invalid webhook URL specified"),
        ({"url": "https://a b.org/"}, "invalid webhook URL specified"),
        ({"url": "http://example.org/"}, "bad webhook: An HTTPS URL must be provided"),
        ({"url": "https://example.org:8080/"}, "only on ports 80, 88, 443 or 8443"),
        ({"url": "https://10.0.0.1/"}, "bad webhook: IP address 10.0.0.1 is reserved"),
        ({"url": "https://[2001:db8::1]/"}, "IPv6-only addresses are not allowed"),
        ({"url": "https://a.org/", "secret_token": "x" * 257}, "secret token is too long"),
        ({"url": "https://a.org/", "secret_token": "a b"}, "contains unallowed characters"),
        ({"url": "https://a.org/", "secret_token": "é"}, "contains unallowed characters"),
    ],
)
async def test_webhooks_refused(
    api: FakeBotAPI, session: aiohttp.ClientSession, arguments: dict[str, str], words: str
) -> None:
    """The address is https, public, on one of four ports; the secret plain."""
    assert words in await refusal(session, api, "setWebhook", **arguments)

    assert (await call(session, api, "getWebhookInfo"))["result"]["url"] == ""


async def test_loopback_is_an_allowance(session: aiohttp.ClientSession) -> None:
    """Without it, loopback is refused as the real server refuses it."""
    async with FakeBotAPI(repeat_wait=0) as api:
        said = await refusal(session, api, "setWebhook", url="http://127.0.0.1:8080/")
        assert said == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
        said = await refusal(session, api, "setWebhook", url="https://localhost/")
        assert said == "Bad Request: bad webhook: IP address 127.0.0.1 is reserved"


async def test_setting_again(api: FakeBotAPI, session: aiohttp.ClientSession) -> None:
    """The same once more changes nothing, and the answer says so."""
    first = await call(session, api, "setWebhook", url="http://127.0.0.1:1/")
    again = await call(session, api, "setWebhook", url="http://127.0.0.1:1/")
    gone = await call(session, api, "deleteWebhook")
    no_more = await call(session, api, "deleteWebhook")

    assert [answer["description"] for answer in (first, again, gone, no_more)] == [
        "Webhook was set",
        "Webhook is already set",
        "Webhook was deleted",
        "Webhook is already deleted",
    ]


async def test_one_change_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two calls at once are too many."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with FakeBotAPI() as api, Bot(api.token, base_url=api.base_url) as bot:
        await bot.set_webhook("https://example.org/a")
        with pytest.raises(RetryAfter):
            await bot.set_webhook("https://example.org/b")


def certified(folder: Path) -> tuple[ssl.SSLContext, bytes]:
    """A server's context with a certificate of its own for 127.0.0.1, and that certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(
        now + timedelta(days=1)
    )
    builder = builder.add_extension(address, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    return context, pem


async def test_a_certificate_of_ones_own(api: FakeBotAPI, bot: Bot, tmp_path: Path) -> None:
    """Telegram trusts a server's own certificate once it came with setWebhook, and not before."""
    context, pem = certified(tmp_path)
    got: list[dict[str, object]] = []

    async def take(request: web.Request) -> web.Response:
        got.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    url = f"https://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        api.user_sends(ANNA, "hello")
        await bot.set_webhook(url)
        await api.wait_for(lambda: api.bot.deliveries.last_error)
        assert "SSL error" in str((await bot.get_webhook_info()).last_error_message)
        await bot.set_webhook(url, certificate=pem)
        await api.wait_for(lambda: not api.bot.updates.pending())
        assert (await bot.get_webhook_info()).has_custom_certificate
    finally:
        await runner.cleanup()

    assert [update["update_id"] for update in got] == [100_000_001]
