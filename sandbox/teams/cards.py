"""What is wrong with an Adaptive Card: checked against schema 1.5 and what Teams draws."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.teams import card_shapes as shapes
from sandbox.teams.card_shapes import Shape

NEWEST = (1, 5)
_NO_CARD = "the card must be an object of type AdaptiveCard"


@dataclass
class _Check:
    """A walk through one card, collecting faults and the ids that must differ."""

    faults: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def add(self, pointer: str, fault: str) -> None:
        self.faults.append(f"{pointer or '/'}: {fault}")

    def card(self, card: Any, pointer: str, *, inner: bool) -> None:
        if not isinstance(card, Mapping) or card.get("type") != "AdaptiveCard":
            self.add(pointer, _NO_CARD)
            return
        if not inner or "version" in card:
            self._version(card.get("version"), pointer)
        self._properties(card, "AdaptiveCard", shapes.CARD, pointer)
        if "refresh" in card:
            self._refresh(card["refresh"], f"{pointer}/refresh")
        self._elements(card.get("body", []), f"{pointer}/body")
        self._actions(card.get("actions", []), f"{pointer}/actions")

    def _version(self, version: Any, pointer: str) -> None:
        parts = str(version).split(".")
        if not isinstance(version, str) or len(parts) != 2 or not all(part.isdigit() for part in parts):
            self.add(pointer, f"version {version!r} is missing or malformed")
        elif (int(parts[0]), int(parts[1])) > NEWEST:
            self.add(pointer, f"version {version} is not supported")

    def _refresh(self, refresh: Any, pointer: str) -> None:
        if not isinstance(refresh, Mapping):
            self.add(pointer, "must be an object")
            return
        self._properties(refresh, "Refresh", shapes.REFRESH, pointer)
        action, users = refresh.get("action"), refresh.get("userIds", [])
        if not isinstance(action, Mapping) or action.get("type") != "Action.Execute":
            self.add(f"{pointer}/action", "must be an Action.Execute")
        else:
            self._properties(action, "Action.Execute", shapes.ACTIONS["Action.Execute"], f"{pointer}/action")
        if not isinstance(users, list) or not all(isinstance(user, str) and user for user in users):
            self.add(f"{pointer}/userIds", "must be a list of ids")

    def _elements(self, elements: Any, pointer: str) -> None:
        for element, at in self._each(elements, pointer):
            known = self._known(element, shapes.ELEMENTS, at)
            if known:
                self._element(element, known, at)

    def _known(self, node: Any, known: Mapping[str, Shape], pointer: str) -> str | None:
        """The type of a node that is drawn itself; of an unknown one the fallback is checked instead."""
        kind = node.get("type") if isinstance(node, Mapping) else None
        if not isinstance(kind, str):
            self.add(pointer, "type is missing")
            return None
        fallback = node.get("fallback")
        if fallback is not None and fallback != "drop":
            self._fallback(fallback, known, f"{pointer}/fallback")
        if kind not in known:
            if fallback is None:
                self.add(pointer, f"unknown type {kind} without a fallback")
            return None
        return kind

    def _fallback(self, fallback: Any, known: Mapping[str, Shape], pointer: str) -> None:
        aside = _Check()  # an id may come again in what stands there instead
        if known is shapes.ACTIONS:
            aside._actions([fallback], pointer)
        else:
            aside._elements([fallback], pointer)
        self.faults += aside.faults

    def _element(self, element: Mapping[str, Any], kind: str, pointer: str) -> None:
        self._properties(element, kind, shapes.ELEMENTS[kind], pointer)
        match kind:
            case "Container" | "Column":
                self._elements(element.get("items", []), f"{pointer}/items")
            case "ColumnSet":
                columns = [{"type": "Column", **column} for column in element.get("columns", [])]
                self._elements(columns, f"{pointer}/columns")
            case "ImageSet":
                self._elements(element.get("images", []), f"{pointer}/images")
            case "ActionSet":
                self._actions(element.get("actions", []), f"{pointer}/actions")
            case "RichTextBlock":
                self._inlines(element.get("inlines", []), f"{pointer}/inlines")
            case "FactSet":
                self._plain(element.get("facts", []), shapes.FACT, f"{pointer}/facts")
            case "Input.ChoiceSet":
                self._plain(element.get("choices", []), shapes.CHOICE, f"{pointer}/choices")
            case "Table":
                self._table(element, pointer)
            case _:
                pass

    def _table(self, table: Mapping[str, Any], pointer: str) -> None:
        for row, at in self._each(table.get("rows", []), f"{pointer}/rows"):
            self._properties(row, "TableRow", shapes.ROW, at)
            for cell, inside in self._each(row.get("cells", []), f"{at}/cells"):
                self._properties(cell, "TableCell", shapes.CELL, inside)
                self._elements(cell.get("items", []), f"{inside}/items")

    def _inlines(self, inlines: Any, pointer: str) -> None:
        for inline, at in self._each(inlines, pointer):
            if isinstance(inline, str):
                continue
            if not isinstance(inline, Mapping) or inline.get("type") != "TextRun":
                self.add(at, "an inline must be text or a TextRun")
                continue
            self._properties(inline, "TextRun", shapes.TEXT_RUN, at)

    def _plain(self, items: Any, shape: Shape, pointer: str) -> None:
        for item, at in self._each(items, pointer):
            if isinstance(item, Mapping):
                self._properties(item, "", shape, at)
            else:
                self.add(at, "must be an object")

    def _actions(self, actions: Any, pointer: str, *, select: bool = False) -> None:
        for action, at in self._each(actions, pointer):
            kind = self._known(action, shapes.ACTIONS, at)
            if kind:
                self._properties(action, kind, shapes.ACTIONS[kind], at)
                if not select and not action.get("title"):
                    self.add(at, "a button has a title")
            if kind == "Action.ShowCard":
                if select:
                    self.add(at, "Action.ShowCard cannot be a selectAction")
                self.card(action.get("card"), f"{at}/card", inner=True)

    def _properties(self, node: Mapping[str, Any], kind: str, shape: Shape, pointer: str) -> None:
        for name in sorted(shape.required - set(node)):
            self.add(pointer, f"required property {name} is missing")
        for name in sorted(set(node) - shape.required - shape.optional - {"type"}):
            self.add(pointer, f"unknown property {name}")
        for name, value in node.items():
            fault = _value_fault(kind, name, value)
            if fault:
                self.add(f"{pointer}/{name}", fault)
        if isinstance(node.get("id"), str):
            if node["id"] in self.ids:
                self.add(pointer, f"the id {node['id']} is used twice")
            self.ids.add(node["id"])
        if "selectAction" in node:
            self._actions([node["selectAction"]], f"{pointer}/selectAction", select=True)

    def _each(self, items: Any, pointer: str) -> Iterator[tuple[Any, str]]:
        if not isinstance(items, list):
            self.add(pointer, "must be a list")
            return
        for index, item in enumerate(items):
            yield item, f"{pointer}/{index}"


def _value_fault(kind: str, name: str, value: Any) -> str:
    """What is wrong with one property's value; empty if nothing."""
    if name in shapes.FLAGS:
        return "" if isinstance(value, bool) else "must be true or false"
    if name in shapes.STRINGS:
        return "" if isinstance(value, str) else "must be text"
    if name in shapes.NUMBERS and kind not in {"Input.Date", "Input.Time"}:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if number else "must be a number"
    words = _words(kind, name)
    if words and (not isinstance(value, str) or value.lower() not in words.split()):
        return f"{value!r} is none of {words}"
    return ""


def _words(kind: str, name: str) -> str:
    if name == "style":
        return shapes.style_words(kind)
    if name == "size":
        return shapes.SIZES.get(kind, shapes.TEXT_SIZES)
    return shapes.WORDS.get(name, "")


def card_faults(card: Any) -> list[str]:
    """Everything that keeps Teams from drawing a card; empty when nothing does."""
    check = _Check()
    check.card(card, "", inner=False)
    return check.faults
