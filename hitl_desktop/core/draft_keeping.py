"""Puts drafts on the disk and finds them again, off the loop; what cannot be written is kept and tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from hitl_desktop.core.drafts import NO_DRAFTS, Draft, KeptDrafts, StoredDraft, fingerprint, read_draft, stored
from hitl_desktop.core.records import Records, RecordsError
from hitl_desktop.core.review import Review

_Key: TypeAlias = tuple[str, str, str]


class DraftKeeping:
    """The drafts of one review file. Nothing here raises for a file that cannot be read or written: see `problems`."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._unsaved: dict[_Key, Draft] = {}
        self._refused: dict[_Key, tuple[Draft, str]] = {}  # what no disk would take, and why
        self._unforgotten: dict[str, tuple[str, ...]] = {}
        self._saving: asyncio.Task[None] | None = None
        self._unread = self._unwritten = ""
        self.threads: frozenset[str] = frozenset()
        """The ids of the threads that have a draft, as far as it was read or written here."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why drafts cannot be read or written now, in words; empty when they can."""
        refused = (why for _draft, why in self._refused.values())
        return tuple(dict.fromkeys(filter(None, (self._unread, self._unwritten, *refused))))

    @property
    def has_unsaved(self) -> bool:
        """Whether something is not on the disk yet."""
        return bool(self._unsaved or self._unforgotten)

    async def look(self) -> frozenset[str]:
        """Read which threads have drafts."""
        try:
            found = await asyncio.to_thread(self._records.drafted_threads)
        except RecordsError as error:
            self._unread = str(error)
        else:
            self._unread = ""
            self.threads = found | {draft.thread_id for draft in self._in_memory() if draft}
        return self.threads

    async def of(self, thread: Review) -> KeptDrafts:
        """The drafts of an opened thread, those for what it asks apart from those for what it asks no longer."""
        if self.has_unsaved and not self._unwritten:
            await self.save()
        in_memory = [draft for draft in self._in_memory() if draft.thread_id == thread.thread_id]
        forgotten = self._unforgotten.get(thread.thread_id, ())
        found, self._unread = await asyncio.to_thread(self._read, thread, in_memory, forgotten)
        return found

    def put(self, drafts: Iterable[Draft]) -> None:
        """Take these in the place of those of the same questions, to be saved; one of nothing takes the other away."""
        for draft in drafts:
            self._refused.pop(_key(draft), None)
            self._unsaved[_key(draft)] = draft
            self.threads |= {draft.thread_id} if draft else set()

    def forget(self, thread_id: str, request_ids: Iterable[str]) -> None:
        """Take away all drafts of these requests, because they were answered; to be saved."""
        ids = tuple(request_ids)
        for drafts in (self._unsaved, self._refused):
            for key in [key for key in drafts if key[0] == thread_id and key[1] in ids]:
                del drafts[key]
        self._unforgotten[thread_id] = (*self._unforgotten.get(thread_id, ()), *ids)

    async def save(self) -> None:
        """Write what is not on the disk yet. What cannot be written stays, and is tried again with the next."""
        if not self.has_unsaved:
            return
        if self._saving is None or self._saving.done():
            self._saving = asyncio.ensure_future(self._save_all())
        await asyncio.shield(self._saving)  # a writing thread cannot be stopped, and the next must not overtake it

    async def _save_all(self) -> None:
        while self.has_unsaved:
            drafts, forgotten = dict(self._unsaved), dict(self._unforgotten)
            try:
                refused = await asyncio.to_thread(self._write, drafts, forgotten)
            except RecordsError as error:
                self._unwritten = str(error)
                return
            self._unwritten = ""
            for key, draft in drafts.items():
                if self._unsaved.get(key) is draft:
                    del self._unsaved[key]
                    self._refused |= {key: (draft, refused[key])} if key in refused else {}
            for thread_id, ids in forgotten.items():
                if self._unforgotten.get(thread_id) == ids:
                    del self._unforgotten[thread_id]
        await self.look()

    def _in_memory(self) -> list[Draft]:
        return [*self._unsaved.values(), *(draft for draft, _why in self._refused.values())]

    def _read(self, thread: Review, in_memory: list[Draft], forgotten: tuple[str, ...]) -> tuple[KeptDrafts, str]:
        """What is on the disk, and what was not written yet in its place; and why the disk could not be read.

        Runs in a worker thread.
        """
        kept, why = [], ""
        try:
            kept = [read_draft(each) for each in self._records.drafts(thread.thread_id)]
        except RecordsError as error:
            why = str(error)
        except ValueError as error:
            why = f"What was typed on a thread before and not sent cannot be shown: {error}."
        drafts = {(each.request_id, each.asked): each for each in kept if each.request_id not in forgotten}
        for draft in in_memory:
            asked = draft.asked or (fingerprint(draft.question) if draft.question is not None else "")
            drafts[draft.request_id, asked] = replace(draft, asked=asked)
        if not any(drafts.values()):
            return NO_DRAFTS, why
        asks = {(request.id, fingerprint(request.question)) for request in thread.requests}
        here = {request_id: draft for (request_id, asked), draft in drafts.items() if (request_id, asked) in asks}
        left = [draft for place, draft in drafts.items() if place not in asks]
        return KeptDrafts({key: draft for key, draft in here.items() if draft}, tuple(filter(None, left))), why

    def _write(self, drafts: dict[_Key, Draft], forgotten: dict[str, tuple[str, ...]]) -> dict[_Key, str]:
        """Runs in a worker thread. Returns why some were not written, which would not be at another time either."""
        for thread_id, request_ids in forgotten.items():
            self._records.forget_drafts(thread_id, request_ids)
        written: list[StoredDraft] = []
        refused: dict[_Key, str] = {}
        for key, draft in drafts.items():
            try:
                written.append(stored(draft))
            except ValueError as error:
                refused[key] = f"A draft could not be kept on the disk: {error}. It stays in the window until it ends."
        if written:
            self._records.keep_drafts(tuple(written))
        return refused


def _key(draft: Draft) -> _Key:
    asked = draft.asked or (str(draft.question.answered) if draft.question is not None else "")
    return draft.thread_id, draft.request_id, asked
