"""Each profile answers what the real Krayin of that version answered."""

import asyncio
from functools import cache

import pytest

from ...conftest import Say
from .changing import OFFSET, changed
from .recordings import Recording, all_names, recordings_of
from .replaying import Changed, Replay, Result, unchanged
from .versions import BEFORE, LEFT_OUT, VERSIONS, Version

each_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.folder)


@each_version
def test_a_profile_answers_as_the_real_one_did_except_where_it_is_listed(version: Version, say: Say) -> None:
    results = _replayed(version.folder)
    wrong = _wrong(results)
    exact = len(results) - len(wrong)
    share = f"{exact} of {len(results)} recordings answered exactly ({100 * exact / len(results):.1f} %)"
    say(f"Krayin {version.folder} replay, profile {version.krayin} with rest-api {version.rest}: {share}")
    _is_just(wrong, version)
    assert exact >= len(results) * version.least


@pytest.mark.slow
@each_version
def test_other_names_and_ids_change_nothing_of_a_profiles_answers(version: Version) -> None:
    results = _replayed(version.folder, changed, OFFSET)
    assert len(results) == len(_replayed(version.folder))
    _is_just(_wrong(results), version)


@each_version
def test_every_recording_of_a_version_is_either_asked_or_listed_with_its_reason(version: Version) -> None:
    asked = {result.recording.name for result in _replayed(version.folder)}
    names = all_names(version.folder)
    assert asked == {name for name in names if not name.startswith(tuple(LEFT_OUT))}


def _wrong(results: list[Result]) -> dict[str, list[str]]:
    return {result.recording.name: result.differences[:5] for result in results if result.differences}


def _is_just(wrong: dict[str, list[str]], version: Version) -> None:
    listed = version.mismatches
    assert {name: wrong[name] for name in wrong.keys() - listed.keys()} == {}
    assert {name: listed[name] for name in listed.keys() - wrong.keys()} == {}


@cache
def _replayed(folder: str, words: Changed = unchanged, offset: int = 0) -> list[Result]:
    (version,) = (version for version in VERSIONS if version.folder == folder)
    series = [[one for one in recordings_of(folder) if one.name[0] == letter] for letter in "ab"]
    return [result for part in series for result in asyncio.run(_all(version.replay(words, offset), part))]


async def _all(replay: Replay, recordings: list[Recording]) -> list[Result]:
    asked = [recording for recording in recordings if not recording.name.startswith(tuple(LEFT_OUT))]
    return [await _one(replay, recording) for recording in asked]


async def _one(replay: Replay, recording: Recording) -> Result:
    if recording.name in BEFORE:
        replay.now = recording.when
        await BEFORE[recording.name](replay)
    who = "admin" if "authorization" in recording.headers else ""
    who = "wrong" if "badtoken" in recording.name else who
    return replay.judge(recording, await replay.repeat(recording, who))
