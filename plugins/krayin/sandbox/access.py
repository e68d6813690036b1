"""Coming in and going out: login, logout and who am I."""

from typing import Any

from starlette.responses import HTMLResponse

from . import resources
from .call import Call
from .mariadb import folded
from .validation import refuse_field, require

_UP = """<!DOCTYPE html>
<html lang="en">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">

    <title>Krayin CRM</title>

    <!-- Fonts -->
    <link rel="preconnect" href="https://fonts.bunny.net">
    <link href="https://fonts.bunny.net/css?family=figtree:400,600&display=swap" rel="stylesheet" />
</head>
<body>
    <div>Application up</div>
</body>
</html>
"""


async def login(call: Call) -> Any:
    """Give a token for e-mail and password, and make the user's older tokens invalid (recording 21)."""
    require(call.input, "email", "password", "device_name")
    await call.pause()
    wanted = folded(str(call.input["email"]))
    user = next((row for row in call.state.users.values() if folded(row["email"]) == wanted), None)
    if user is None or user["password"] != str(call.input["password"]):
        refuse_field("email", "The provided credentials are incorrect.")
    call.state.forget_tokens(user["id"])
    token = call.state.make_token(user["id"])
    return {"data": resources.user(call, user), "message": "Login successful.", "token": token}


async def logout(call: Call) -> Any:
    """Make all tokens of the user invalid."""
    call.state.forget_tokens(call.user["id"])
    return {"message": "Logout successful."}


async def get(call: Call) -> Any:
    """Say who the token belongs to."""
    return {"data": resources.user(call, call.user)}


async def up(call: Call) -> Any:  # noqa: ARG001 - endpoints are called alike
    """Say that the server is there, as Laravel does since 11 where nobody says otherwise."""
    return HTMLResponse(_UP)


async def demo(call: Call) -> Any:
    """Answer Laravel's own demo route, which knows no user here (recording 5)."""
    return resources.user(call, call.user)
