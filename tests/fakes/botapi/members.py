"""Who is what in a chat: statuses, rights, permissions, and how the Bot API writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

# Bot API, ChatMemberAdministrator: the rights that every kind of chat has, and those of one kind.
_COMMON = (
    *("can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members"),
    *("can_promote_members", "can_change_info", "can_invite_users"),
    *("can_post_stories", "can_edit_stories", "can_delete_stories"),
)
_OF_KIND: Mapping[str, tuple[str, ...]] = {
    "group": ("can_pin_messages",),
    "supergroup": ("can_pin_messages", "can_manage_topics"),
    "channel": ("can_post_messages", "can_edit_messages"),
}
# Bot API, ChatPermissions and ChatMemberRestricted.
PERMISSIONS = (
    *("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos"),
    *("can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls"),
    *("can_send_other_messages", "can_add_web_page_previews", "can_react_to_messages"),
    *("can_edit_tag", "can_change_info", "can_invite_users", "can_pin_messages"),
    "can_manage_topics",
)
STATUSES = frozenset({"creator", "administrator", "member", "restricted", "left", "kicked"})


@dataclass(frozen=True, slots=True)
class Member:
    """A membership. `status` is ChatMember's; a chat of two also has new and deactivated.

    `rights` are an administrator's (None: all of them), or what a restricted member may do (None:
    nothing). `present` is ChatMemberRestricted's is_member, `until` Unix seconds or 0.
    """

    status: str = "member"
    rights: frozenset[str] | None = None
    anonymous: bool = False
    title: str = ""
    until: int = 0
    present: bool = True

    @property
    def inside(self) -> bool:
        """Whether this is a member at all (Client.cpp, is_chat_member)."""
        if self.status == "restricted":
            return self.present
        return self.status in ("creator", "administrator", "member")

    @property
    def admin(self) -> bool:
        """Whether this is an administrator or the owner."""
        return self.status in ("creator", "administrator")

    def has_right(self, right: str) -> bool:
        """Whether an administrator has this right; nobody else has any."""
        if self.status == "administrator":
            return self.rights is None or right in self.rights
        return self.status == "creator"

    def may(self, permission: str, permissions: Iterable[str]) -> bool:
        """Whether a member may do this in a group with these permissions for all."""
        if self.admin:
            return True
        own = (self.rights or ()) if self.status == "restricted" else permissions
        return permission in permissions and permission in own


def read_member(value: str | Mapping[str, Any] | Member) -> Member:
    """A membership as a test writes it: a status, or a mapping of Member's fields."""
    if isinstance(value, Member):
        return value
    fields: Json = {"status": value} if isinstance(value, str) else dict(value)
    if fields.get("status", "member") not in STATUSES:
        raise ValueError(f"no such status: {fields['status']!r}")
    if fields.get("rights") is not None:
        fields["rights"] = frozenset(fields["rights"])
    return Member(**fields)


def as_json(user: Json, member: Member, kind: str) -> Json:
    """Bot API, ChatMember, in a chat of this kind."""
    body: Json = {"user": user, "status": member.status}
    if member.status == "administrator":
        rights = _COMMON + _OF_KIND.get(kind, ())
        body |= {right: member.has_right(right) for right in rights}
        body |= {"can_be_edited": False, "is_anonymous": member.anonymous}
    elif member.status == "creator":
        body["is_anonymous"] = member.anonymous
    elif member.status == "restricted":
        body |= {right: right in (member.rights or ()) for right in PERMISSIONS}
        body |= {"is_member": member.present, "until_date": member.until}
    elif member.status == "kicked":
        body["until_date"] = member.until
    if member.title and member.admin:
        body["custom_title"] = member.title
    return body
