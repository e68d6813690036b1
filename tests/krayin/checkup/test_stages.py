"""Which stages setup knows, and which mistakes in rules about them it finds."""

from __future__ import annotations

import pytest

from crmhost import SettingsError

from ..crm import Desk
from .test_versions import facts_of


def test_stages_are_kept_with_pipeline_code_and_place(krayin: Desk) -> None:
    krayin.state.insert(krayin.state.tables["lead_pipelines"], {"name": "Partners", "is_default": 0})
    stage = {"code": "talk", "name": "Talk", "sort_order": 1, "lead_pipeline_id": 2}
    krayin.state.insert(krayin.state.stages, stage)

    stages = facts_of(krayin).stages

    assert [(one.id, one.code, one.pipeline_id, one.position) for one in stages] == [
        (1, "new", 1, 0),
        (2, "follow-up", 1, 1),
        (3, "prospect", 1, 2),
        (4, "negotiation", 1, 3),
        (5, "won", 1, 4),
        (6, "lost", 1, 5),
        (7, "talk", 2, 0),
    ]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"stage_on_created": "propsect"}, "no stage propsect, which stage_on_created names; it has new (1)"),
        ({"stage_on_resolved": "99"}, "Krayin has no stage 99, which stage_on_resolved names"),
        ({"stage_rules": "label:vip=gold"}, "Krayin has no stage gold, which stage_rules names"),
        ({"stage_rules": "priority:high=new, mood:bad=lost"}, "stage_rules has a rule for mood:bad"),
        ({"stage_rules": "priority:highest=new"}, "stage_rules has a rule for priority:highest"),
        ({"stage_rules": "label:=new"}, "stage_rules has a rule for label:"),
        ({"leads_by_inbox": '{"7": {"pipeline_id": 2}}'}, "Krayin has no pipeline 2; it has"),
        ({"leads_by_inbox": '{"7": {"pipeline_id": 1, "stage_id": 9}}'}, "no stage 9 in the pipeline"),
        ({"leads_by_inbox": '{"7": {"stage_id": 9}}'}, "Krayin has no stage 9; it has New (1)"),
        ({"leads_by_inbox": '{"7": {"source_id": 9}}'}, "Krayin has no source 9; it has Email (1)"),
        ({"stage_id": "5"}, "New leads would begin in Won (5), which counts as closed."),
        ({"closed_stage_ids": "1,6"}, "New leads would begin in New (1), which counts as closed."),
        ({"leads_by_inbox": '{"7": {"stage_id": 6}}'}, "New leads would begin in Lost (6), which counts as"),
        ({"leads_by_inbox": '{"7": {"type_id": 9}}'}, "Krayin has no type 9; it has New Business (1)"),
    ],
)  # fmt: skip
def test_a_rule_that_names_nothing_is_one_sentence_with_a_remedy(
    desk: Desk, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as wrong:
        desk.setup(**given)

    assert sentence in str(wrong.value)
    assert next(iter(given)) in wrong.value.fix or "such as" in wrong.value.fix


def test_rules_and_inboxes_that_name_what_is_there_are_taken(krayin: Desk) -> None:
    krayin.setup(
        stage_on_created="follow-up",
        stage_on_first_reply="3",
        stage_rules="label:vip=negotiation, status:snoozed=2",
        leads_by_inbox='{"7": {"pipeline_id": 1, "stage_id": 2, "source_id": 4, "type_id": 2}}',
    )
