"""HTML to RichText: no visible word is lost, glued to another, or invented."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.text.elements import Elements, Leave
from bot.text.sanitise import sanitised
from storage.model import RichText


def from_html(html: str, base_url: str = "") -> RichText:
    """What a reader sees of `html`, with its links resolved against `base_url`.

    Takes any string and raises nothing for what is in it. Time grows with the length of the
    HTML, some 100 ms for 300 kB: hand it to a thread where a loop is waiting.
    """
    root = LexborHTMLParser(sanitised(html), is_fragment=True).root
    elements = Elements(base_url)
    # A stack of our own, as the depth of the tree is the HTML's choice.
    todo: list[LexborNode | Leave] = [*_children(root)] if root else []
    while todo:
        item = todo.pop()
        if not isinstance(item, LexborNode):
            item()
        elif item.is_text_node:
            elements.writer.text(item.text_content or "")
        elif item.is_element_node and (leave := elements.enter(item)):
            todo += [leave, *_children(item)]
    return elements.writer.finished()


def _children(node: LexborNode) -> list[LexborNode]:
    """The node's children, the first one last: next off the stack."""
    return [*node.iter(include_text=True)][::-1]
