"""What can go wrong inside Krayin, before its error handler flattens it."""

from dataclasses import dataclass, field


@dataclass
class Failure(Exception):
    """Anything that ends a request early, with the place Laravel would name in debug mode."""

    message: str = ""
    exception: str = "ErrorException"
    origin: str = "vendor/laravel/framework/src/Illuminate/Foundation/Bootstrap/HandleExceptions.php:255"


@dataclass
class Unforeseen(Failure):
    """Whatever the code did not expect: Krayin answers 500, and keeps what was written so far."""


@dataclass
class Unauthenticated(Failure):
    """No token, or one that is not known (any more)."""


@dataclass
class Throttled(Failure):
    """Too many requests in this minute."""

    message: str = "Too Many Attempts."
    exception: str = "Illuminate\\Http\\Exceptions\\ThrottleRequestsException"
    origin: str = "vendor/laravel/framework/src/Illuminate/Routing/Middleware/ThrottleRequests.php:232"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class WrongMethod(Failure):
    """The address exists, but not for this method."""

    exception: str = "Symfony\\Component\\HttpKernel\\Exception\\MethodNotAllowedHttpException"
    origin: str = "vendor/laravel/framework/src/Illuminate/Routing/AbstractRouteCollection.php:122"


@dataclass
class NotFound(Failure):
    """There is no such address or record."""

    exception: str = "Symfony\\Component\\HttpKernel\\Exception\\NotFoundHttpException"
    origin: str = "vendor/laravel/framework/src/Illuminate/Routing/AbstractRouteCollection.php:44"


@dataclass
class Invalid(Failure):
    """The input broke rules: the sentences for each field, in the order Krayin finds them."""

    errors: dict[str, list[str]] = field(default_factory=dict)


def no_record(model: str, record_id: object) -> NotFound:
    """Say that a record that had to exist does not."""
    return NotFound(
        f"No query results for model [Webkul\\{model}] {record_id}",
        origin="vendor/laravel/framework/src/Illuminate/Foundation/Exceptions/Handler.php:487",
    )


def undefined_key(key: str, origin: str) -> Unforeseen:
    """Say that the code read an array key that the body did not bring."""
    return Unforeseen(f'Undefined array key "{key}"', origin=origin)
