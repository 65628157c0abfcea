"""The pages of a questionnaire: groups and repeats, and what stands between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from ssoe_portal.common.translation import BASE_LANGUAGE
from surveys.models.questionnaire import Kind, Section
from surveys.xlsform.keys import Keys
from surveys.xlsform.lines import Findings, Line, Words
from surveys.xlsform.placed import Condition, Placed
from surveys.xlsform.questions import Questions, condition_of
from surveys.xlsform.tree import Node
from surveys.xlsform.words import PAGE, PART, in_interface_languages

#: Where the form has no pages of its own, one has about so many questions at most. A group with
#: groups in it is one page up to there.
LONGEST_PAGE, LONGEST_GROUP = 20, 30
LONGEST_TITLE = Section._meta.get_field("title").max_length or 0


@dataclass(eq=False)
class Page:
    """What becomes a section. `node` is its group or repeat; questions between groups have none."""

    line: Line
    questions: list[Placed]
    conditions: Sequence[Condition] = ()
    node: Node | None = None
    title: Words = field(default_factory=dict)
    introduction: Words = field(default_factory=dict)


class Pages:
    def __init__(self, questions: Questions, keys: Keys, findings: Findings) -> None:
        self.questions = questions
        self.keys = keys
        self.findings = findings

    def sections(self, root: Node, title: Words) -> list[Placed]:
        """All pages as a definition has them. `title` is what a single page without one is
        called."""
        pages = [page for page in self.pages(root) if page.questions]
        shown = [page for page in pages if any(map(is_shown, page.questions))]
        if len(shown) == 1:
            shown[0].title = shown[0].title or title
        return [self.section(page, pages, shown) for page in pages]

    def section(self, page: Page, pages: list[Page], shown: list[Page]) -> Placed:
        node, line = page.node, page.line
        title, introduction = page.title, page.introduction
        if any(len(words) > LONGEST_TITLE for words in title.values()):
            # It is what one reads before the questions rather than what they are called.
            introduction = {
                language: f"{words}\n\n{introduction.get(language, '')}".strip()
                for language, words in title.items()
            }
            title = {}
        parts = [one for one in pages if node is not None and one.node is node]
        if not title:
            number = shown.index(page) + 1 if page in shown else len(shown)
            title = in_interface_languages(PAGE, number=max(number, 1))
        elif parts and page is not parts[0]:
            title, introduction = next_part(title, parts.index(page) + 1), {}
        repeats = node is not None and node.holds == "repeat"
        if node is not None and not repeats and line["repeat_count"]:
            self.findings.warn(
                line.at("repeat_count"), _("Only a repeat has a number; this is a group.")
            )
        name = (line["portal::key"] or node.name) if node is not None else ""
        return Placed(
            line,
            key=node.key if node is not None and repeats else self.keys.of_section(name),
            title=title,
            introduction=introduction,
            repeats=repeats,
            repeat_count=line.formula("repeat_count") if repeats else "",
            questions=page.questions,
        ).asked_if(page.conditions)

    def pages(self, root: Node) -> Iterator[Page]:
        loose: list[Placed] = []
        for node in root.children:
            if self.is_page(node):
                yield from self.between(loose)
                loose = []
                yield from self.of_group(node, ())
            else:
                loose += self.questions.of([node])
        yield from self.between(loose)

    def is_page(self, node: Node) -> bool:
        return bool(node.holds) and not self.questions.is_matrix(node)

    def between(self, questions: list[Placed]) -> Iterator[Page]:
        """Questions in no group, on pages of about the same length; a note stays with what follows
        it."""
        number = max(1, -(-sum(map(is_shown, questions)) // LONGEST_PAGE))
        length = -(-sum(map(is_shown, questions)) // number)
        page: list[Placed] = []
        for question in questions:
            count = sum(map(is_shown, page))
            if count and count >= length and page[-1]["kind"] != Kind.NOTE:
                yield Page(page[0].line, page)
                page = []
            page.append(question)
        if page:
            yield Page(page[0].line, page)

    def of_group(self, node: Node, conditions: Sequence[Condition]) -> Iterator[Page]:
        """A group as one page; where a repeat is in it, or it is too long and has groups itself, as
        several."""
        conditions = [*conditions, *condition_of(node)]
        part: list[Node] = []
        divide = node.holds != "repeat" and (node.has_repeat() or self.is_long(node))
        for child in node.children:
            if divide and self.is_page(child):
                yield self.page(node, part, conditions)
                part = []
                yield from self.of_group(child, conditions)
            else:
                part.append(child)
        yield self.page(node, part, conditions)

    def is_long(self, node: Node) -> bool:
        questions = sum(not inner.holds for inner in node.walk())
        return questions > LONGEST_GROUP and any(self.is_page(child) for child in node.children)

    def page(self, node: Node, children: list[Node], conditions: Sequence[Condition]) -> Page:
        questions = self.questions.of(children)
        return Page(node.line, questions, conditions, node, node.label, node.line.words("hint"))


def is_shown(question: Placed) -> bool:
    return question["kind"] != Kind.CALCULATION


def next_part(title: Words, number: int) -> Words:
    """What a further part of a group is called."""
    parts = in_interface_languages(PART, title="\0", number=number)
    return {
        language: parts.get(language, parts[BASE_LANGUAGE]).replace("\0", words)
        for language, words in title.items()
    }
