"""Staff in tests: people signed in, and the pages that are for them."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.roles import Role
from digest.staff import entrance
from digest.store.staff import accounts, password_hashes, second_steps

COOKIE = "digest-session"
OF_STAFF = ("/desk", "/inbox", "/post", "/account")


def an_account(program: App, role: Role = Role.EDITOR, name: str = "Tester") -> int:
    """Return somebody's account, made where there was none; it has that role."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    with program.writing() as connection:
        try:
            who = accounts.by_email(connection, email)
        except NotFound:
            who = accounts.add(connection, email, name, role, program.now())
            password_hashes.set_password(connection, who.id, "no hash", program.now())
        accounts.change_role(connection, who.id, role, program.now())
        return who.id


def signed_in(
    client: TestClient,
    program: App,
    role: Role = Role.EDITOR,
    name: str = "Tester",
    *,
    second_step: bool = False,
) -> int:
    """Have a client's cookie be that of somebody who is signed in; return who."""
    account_id = an_account(program, role, name)
    if second_step:
        with program.writing() as connection:
            second_steps.set_totp(connection, account_id, "sealed", 0, program.now())
    client.cookies.clear()
    client.cookies.set(COOKIE, cookie_of(program, account_id))
    return account_id


def cookie_of(program: App, account_id: int) -> str:
    """Sign somebody in, and return the cookie that their browser would have."""
    with program.writing() as connection:
        token, _ = entrance.sign_in(
            connection, account_id, "a test", program.now(), is_confirmed=True
        )
    return token


def staff_routes(app: FastAPI) -> list[tuple[str, str, Callable[..., object]]]:
    """Return the path, a method and the endpoint of every page of staff's."""
    routes: list[tuple[str, str, Callable[..., object]]] = []
    for route in app.routes:
        if isinstance(route, APIRoute) and route.path.startswith(OF_STAFF):
            methods = route.methods or set()
            method = "GET" if "GET" in methods else min(methods)
            routes.append((route.path, method, route.endpoint))
    return routes
