"""Markdown as a document in which nothing lies: addresses beside the words of links, images by name, no HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from hitl_desktop.ui.hidden_characters import may_hide, spell_hidden, visible
from hitl_desktop.ui.reading.markdown_text import is_all_there
from hitl_desktop.ui.theme import fixed_font

LEAVES_OUT = "Rendered, some of this text is left out or stands elsewhere. As text, all of it is shown."

_FEATURES: Final = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
_Property = QTextFormat.Property
_HARD_BREAK = "\u2028"


class InertDocument(QTextDocument):
    """A document that loads nothing.

    It gives a dot for every image: where it gave nothing, Qt's layout would read the file itself, whatever
    `loadResource` says, and wait for ever for a pipe (measured with PySide6 6.11.3).
    """

    # Qt overrides

    def loadResource(self, kind: int, name: QUrl | str) -> QImage:
        """A dot, from nowhere."""
        dot = QImage(1, 1, QImage.Format.Format_ARGB32)
        dot.fill(Qt.GlobalColor.transparent)
        return dot


@dataclass(frozen=True, slots=True)
class CodeInText:
    """A piece of code in a document: the word behind its fence, its text, and where it begins."""

    language: str
    code: str
    start: int


def fill_with_markdown(
    document: InertDocument, text: str, palette: QPalette, font: QFont
) -> tuple[str, list[CodeInText]]:
    """Put a Markdown text into a document that no view lays out yet. Gives a note, or "", and the code to be coloured.

    The note says that rendering leaves something out. The caller sees to it that the text is one that can be
    rendered (`markdown_text.why_not_rendered`).
    """
    source = visible(text)
    document.setMarkdown(source, _FEATURES)
    readings = _spell_out(document, palette)
    return "" if is_all_there(source, readings) else LEAVES_OUT, _dress_code(document, palette, font)


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


@dataclass(slots=True)
class _Run:
    """Neighbouring fragments of one link, of one image, or one fragment of other text."""

    address: str
    title: str
    is_image: bool
    start: int
    words: str
    parts: list[tuple[int, int, str, QTextCharFormat]]

    @property
    def end(self) -> int:
        return self.parts[-1][1]

    @property
    def says_its_address(self) -> bool:
        return not self.is_image and self.address in (self.words, f"http://{self.words}", f"mailto:{self.words}")


def _runs(block: QTextBlock) -> Iterator[_Run]:
    run: _Run | None = None
    fragments = block.begin()
    while not fragments.atEnd():
        fragment = fragments.fragment()
        fragments += 1
        form, start = fragment.charFormat(), fragment.position()
        image = form.toImageFormat() if form.isImageFormat() else None
        address = image.name() if image is not None else form.anchorHref()
        title = str(form.property(_Property.ImageTitle) or "") if image is not None else form.toolTip()
        words = str(form.property(_Property.ImageAltText) or "") if image is not None else fragment.text()
        part = (start, start + fragment.length(), words, form)
        is_same = run is not None and (run.address, run.title, run.is_image) == (address, title, image is not None)
        if run is not None and is_same and (address or run.is_image):
            run.words += words
            run.parts.append(part)
            continue
        if run is not None:
            yield run
        run = _Run(address, title, image is not None, start, words, [part])
    if run is not None:
        yield run


def _spell_out(document: QTextDocument, palette: QPalette) -> tuple[str, str]:
    """Write addresses beside the words of links, images as words, and characters that entities (``&#8238;``) hid.

    Gives the document as it is read, twice: with an address that says the same as its link's words once, and again.
    """
    runs: list[_Run] = []
    once: list[str] = []
    again: list[str] = []
    language: object = None
    for block in _blocks(document):
        fence = block.blockFormat().property(_Property.BlockCodeLanguage)
        begins = [f"\n{fence}\n"] if fence and fence != language else ["\n"]
        once += begins
        again += begins
        language = fence
        for run in _runs(block):
            runs.append(run)
            once += [run.words, "" if run.says_its_address else run.address, run.title]
            again += [run.words, run.address, run.title]
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    for run in reversed(runs):
        _write(run, cursor, palette)
    cursor.endEditBlock()
    return "".join(once), "".join(again)


def _write(run: _Run, cursor: QTextCursor, palette: QPalette) -> None:
    """Put what is read in the place of a run. Later runs have been written, so that its places still hold."""
    muted = QTextCharFormat()
    muted.setForeground(palette.color(QPalette.ColorRole.PlaceholderText))
    title = f' "{run.title}"' if run.title else ""
    if run.is_image:
        shown = spell_hidden(f"[Image, not loaded: {run.words or 'no description'} ⟨{run.address}⟩{title}]")
        _replace(cursor, run.start, run.end, shown, muted)
        return
    if (run.address and not run.says_its_address) or title:
        address = f" ⟨{run.address}⟩" if not run.says_its_address else ""
        _replace(cursor, run.end, run.end, spell_hidden(f"{address}{title}"), muted)
    for start, end, words, form in reversed(run.parts):
        shown = _HARD_BREAK.join(map(spell_hidden, words.split(_HARD_BREAK))) if may_hide(words) else words
        if run.address or title:
            form.setAnchor(False)
            for each in (_Property.AnchorHref, _Property.TextToolTip):
                form.clearProperty(each)
        elif shown == words:
            continue
        _replace(cursor, start, end, shown, form)


def _replace(cursor: QTextCursor, start: int, end: int, text: str, form: QTextCharFormat) -> None:
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText(text, form)


def _dress_code(document: QTextDocument, palette: QPalette, font: QFont) -> list[CodeInText]:
    """Show code in the system's font of equal widths, on a ground of its own."""
    pieces: list[tuple[str, list[QTextBlock]]] = []
    before: object = None
    for block in _blocks(document):
        language = block.blockFormat().property(_Property.BlockCodeLanguage)
        if isinstance(language, str):
            if language != before:
                pieces.append((language, []))
            pieces[-1][1].append(block)
        before = language
    ground, fixed = QTextBlockFormat(), QTextCharFormat()
    ground.setBackground(palette.color(QPalette.ColorRole.Window))  # accents read on it
    fixed.setFontFamilies([fixed_font(font).family()])
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    for _language, blocks in pieces:
        cursor.setPosition(blocks[0].position())
        cursor.setPosition(blocks[-1].position() + blocks[-1].length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeBlockFormat(ground)
        cursor.mergeCharFormat(fixed)
    cursor.endEditBlock()
    return [
        CodeInText(language, "\n".join(block.text() for block in blocks), blocks[0].position())
        for language, blocks in pieces
    ]
