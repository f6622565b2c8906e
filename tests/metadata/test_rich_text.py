"""Rich texts hold no scripts, however they are spelt."""

from typing import Any

import pytest

from armature.metadata.kinds.kind import Unfit
from armature.metadata.kinds.rich_text import blocks, markdown


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "<javascript:alert(1)>",
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "java&#10;script:alert(1)",
        "java&Tab;script:alert(1)",
        "javascript\\:alert(1)",
        "\u200bjavascript:alert(1)",
        "vbscript:x",
        "data:text/html,x",
        "file:///etc/passwd",
    ],
)
def test_a_link_leads_nowhere_harmful(address: str) -> None:
    for form in ("[a](%s)", "![a](%s)", '[a]( %s "t")', "[a]: %s", "> [a]: %s"):
        shown = markdown(form % address).lower()
        assert not any(each in shown for each in ("alert", "script", "data:", "file:"))


@pytest.mark.parametrize(
    "written",
    [
        "[a](https://example.com/a_(b)?c=1&d=2)",
        "[a](/relative) and [b](#part) and ![c](pictures/c.png)",
        "[a](mailto:ada@example.com) [b](tel:+41446681800)",
        "[a]: https://example.com 'title'",
        "Note: javascript: is a scheme (see [a](https://example.com)).",
        "`[a](x)` * 3 & more: 1 > 0",
        "",
    ],
)
def test_what_does_no_harm_stays_as_it_is(written: str) -> None:
    assert markdown(written) == written


def test_html_is_cleaned() -> None:
    given = '<b onclick="x()">a</b><script>b</script><a href="javascript:x">c</a>'
    assert markdown(given) == '<b>a</b><a rel="noopener noreferrer">c</a>'


def test_addresses_in_blocks_lead_nowhere_harmful() -> None:
    given: list[Any] = [
        {
            "type": "link",
            "href": "javascript:x",
            "content": [{"url": " JAVASCRIPT:x", "text": "javascript: is a word"}],
        },
        {"type": "image", "props": {"src": "https://example.com/a.png", "link": {"href": "data:x"}}},
    ]
    assert blocks(given) == [
        {"content": [{"text": "javascript: is a word", "url": "#"}], "href": "#", "type": "link"},
        {"props": {"link": {"href": "#"}, "src": "https://example.com/a.png"}, "type": "image"},
    ]


@pytest.mark.parametrize("given", ["x", 1, {"type": "a"}, ["x"], [None], [[]]])
def test_blocks_are_a_list_of_objects(given: Any) -> None:
    with pytest.raises(Unfit):
        blocks(given)
