"""Markup that means harm, and what an independent parser may find of it afterwards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from digest.gather.markup.elements import tags

# Every attack says this word where it would run; as visible words it does no harm.
EVIL = "evil()"
_RUN = "javascript:evil()"

_SCRIPTS = (
    "<script>evil()</script>",
    "<script src=//example.net/evil.js></script>",
    "<ScRiPt>evil()</sCrIpT>",
    "<script\n>evil()</script\n>",
    "<script/xss>evil()</script>",
    "<scr<script>ipt>evil()</scr</script>ipt>",
    "<<script>evil()//<</script>",
    "<script>//<!--\nevil()</script>",
    "<script x='>'>evil()</script>",
    "<noscript><p title='</noscript><img src=x onerror=evil()>'>",
    "<style>@import 'javascript:evil()';</style>",
    "<style><!--</style><img src=x onerror=evil()>-->",
    "<style><img src='</style><img src=x onerror=evil()//'>",
    "<link rel=stylesheet href=javascript:evil()>",
    "<base href='javascript:evil()//'><a href=x>y</a>",
    "<meta http-equiv=refresh content='0;url=javascript:evil()'>",
    "<iframe src=javascript:evil()></iframe>",
    "<iframe srcdoc='<script>evil()</script>'></iframe>",
    "<object data=javascript:evil()></object>",
    "<embed src=javascript:evil()>",
    "<applet code=evil()></applet>",
    "<frameset onload=evil()><frame src=javascript:evil()></frameset>",
    "<portal src=javascript:evil()></portal>",
    "<form action=javascript:evil()><button>x</button></form>",
    "<button form=f formaction=javascript:evil()>x</button>",
    "<input type=image src=x onerror=evil() autofocus onfocus=evil()>",
    "<isindex action=javascript:evil() type=image>",
    "<bgsound src=javascript:evil()>",
    "<layer src=javascript:evil()></layer>",
    "<xml src=javascript:evil()></xml>",
    "<xss style='behavior:url(#default#time2)' onbegin=evil()>x</xss>",
)
_HANDLERS = (
    *(
        f"<{tag} {name}=evil()>x</{tag.split()[0]}>"
        for tag, name in (
            *(("p", "onclick"), ("p", "onmouseover"), ("body", "onload")),
            *(
                ("img src=x", "onerror"),
                ("img src=x", "ONERROR"),
                ("video", "oncanplay"),
            ),
            *(
                ("details open", "ontoggle"),
                ("marquee", "onstart"),
                ("audio src=x", "onerror"),
            ),
            *(
                ("div", "onpointerrawupdate"),
                ("a href=#", "onauxclick"),
                ("b", "onwheel"),
            ),
            *(
                ("td", "onbeforecopy"),
                ("select autofocus", "onfocus"),
                ("h1", "onanimationend"),
            ),
        )
    ),
    "<img src=x:x onerror\n=\nevil()>",
    "<img/src=x/onerror=evil()>",
    "<img src='x' \x0bonerror=evil()>",
    "<img src=x onerror=`evil()`>",
    '<img src="x"onerror="evil()">',
    "<p/onclick='evil()'>x",
    "<a href='x'onmouseover='evil()'>x</a>",
    "<img src=x alt='\"><img src=y onerror=evil()>'>",
    '<img alt="<x" title="/><img src=url404 onerror=evil()>">',
    "<p title='\" onmouseover=evil() x=\"'>x</p>",
)
_ADDRESSES = (
    _RUN,
    "JaVaScRiPt:evil()",
    " javascript:evil()",
    "\x01javascript:evil()",
    "\tjava\tscript:evil()",
    "java\nscript:evil()",
    "java\r\nscript:evil()",
    "java\x00script:evil()",
    "javascript\t:evil()",
    "javascript&colon;evil()",
    "&#106;avascript:evil()",
    "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;evil()",
    "&#0000106avascript:evil()",
    "java&#x0A;script:evil()",
    "java&Tab;script:evil()",
    "java&NewLine;script:evil()",
    "\u00a0javascript:evil()",
    "\u2028javascript:evil()",
    "\ufeffjavascript:evil()",
    "java\u200bscript:evil()",
    "\uff4aavascript:evil()",
    "javascript://example.org/%0aevil()",
    "javascript\\x3aevil()",
    "view-source:javascript:evil()",
    "feed:javascript:evil()",
    "jar:javascript:evil()!/",
    "vbscript:evil()",
    "livescript:evil()",
    "mocha:evil()",
    "data:text/html,<script>evil()</script>",
    "data:text/html;base64,PHNjcmlwdD5ldmlsKCk8L3NjcmlwdD4=",
    "DATA:image/svg+xml,<svg onload=evil()>",
    "blob:https://example.org/x",
    "filesystem:https://example.org/x",
    "file:///etc/passwd",
    "ftp://example.org/",
    "about:blank",
    "cid:x",
    "intent://evil()#Intent;scheme=javascript;end",
    "https://user:pass@example.org/",
    "https:javascript:evil()",
    "//\\javascript:evil()",
    'https://example.org"onmouseover="evil()',
    'mailto:a@example.org?subject=x%0d%0aBcc:b@example.org"><script>evil()</script>',
    'tel:1"><img src=x onerror=evil()>',
)
_FOREIGN = (
    "<svg onload=evil()>",
    "<svg><script>evil()</script></svg>",
    "<svg><script href='data:,evil()'/></svg>",
    "<svg><a xlink:href='javascript:evil()'><text>x</text></a></svg>",
    "<svg><animate onbegin=evil() attributeName=x dur=1s>",
    "<svg><set attributeName=href to=javascript:evil()>",
    "<svg><use href='data:image/svg+xml,<svg id=x><script>evil()</script></svg>#x'>",
    "<svg><foreignObject><iframe src=javascript:evil()></foreignObject></svg>",
    "<svg><style><img src=x onerror=evil()></style></svg>",
    "<svg><desc><![CDATA[</desc><script>evil()</script>]]></svg>",
    "<svg><![CDATA[><image xlink:href=']]><img src=x onerror=evil()//'></svg>",
    "<math href=javascript:evil()>x</math>",
    "<math><maction actiontype=statusline xlink:href=javascript:evil()>x</maction>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=evil()>",
    "<math><mi><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=evil()&gt;'>",
    "<math><annotation-xml encoding=text/html><script>evil()</script></annotation-xml>",
    "<svg></p><style><a id='</style><img src=1 onerror=evil()>'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style>"
    "<img onerror=evil() src>'>",
    "<svg><title><a id='</title><img src=x onerror=evil()>'></svg>",
)
_MUTANTS = (
    "<template><script>evil()</script></template>",
    "<template shadowrootmode=open><img src=x onerror=evil()></template>",
    "<textarea><img title='</textarea><img src=x onerror=evil()>'>",
    "<title><a title='</title><img src=x onerror=evil()>'>",
    "<xmp><p title='</xmp><img src=x onerror=evil()>'>",
    "<noembed><p title='</noembed><img src=x onerror=evil()>'>",
    "<noframes><p title='</noframes><img src=x onerror=evil()>'>",
    "<plaintext><script>evil()</script>",
    "<listing>&lt;img src=1 onerror=evil()&gt;</listing>",
    "<pre>\n&lt;img src=x onerror=evil()&gt;</pre>",
    "<!--><img src=x onerror=evil()>-->",
    "<!--!><img src=x onerror=evil()>--!>",
    "<!-- --!><img src=x onerror=evil()>",
    "<?xml version='1.0'?><img src=x onerror=evil()>",
    "<!DOCTYPE x [<!ENTITY e 'evil()'>]><p>&e;</p>",
    "<![CDATA[<script>evil()</script>]]>",
    "</br><img src=x onerror=evil()>",
    "</p><script>evil()</script><p>",
    "<table><a href=javascript:evil()><tr><td>x</table>",
    "<select><template><img src=x onerror=evil()></template></select>",
    "<select><iframe></select><img src=x onerror=evil()>",
    "<a><b><a href='javascript:evil()'><table><tr><b>x",
    "<p id='constructor'><img name=getElementById><form name=body>",
    "&lt;script&gt;evil()&lt;/script&gt;",
    "&amp;lt;script&amp;gt;evil()&amp;lt;/script&amp;gt;",
    "<p style=\"background:url('javascript:evil()')\">x</p>",
    "<p style='width:expression(evil())'>x</p>",
    "<p style='-moz-binding:url(//example.net/x.xml#evil())'>x</p>",
    "<p style='white-space:pre;}</style><script>evil()</script>'>x</p>",
    "<div class='easy-read\" onclick=\"evil()'><p>x</p></div>",
    "<p lang='\"><script>evil()</script>'>x</p>",
    "<img srcset='x 1x, javascript:evil() 2x' src=https://example.org/a.png>",
    "<img src=https://example.org/a.png lowsrc=javascript:evil() dynsrc=x>",
    "<td background=javascript:evil()>x</td>",
    "<a href=https://example.org/ ping=https://example.net/evil() target=_top>x</a>",
    "<a href='https://example.org/' download='evil().exe'>x</a>",
    "{{ 7*7 }}{% raw %}{{ self.__init__.__globals__ }}",
    "\u202eevil()\u2066<script>evil()</script>",
    "<scr\x00ipt>evil()</scr\x00ipt>",
    "<img\x0csrc=x\x0conerror=evil()>",
    "\u003cscript\u003eevil()\u003c/script\u003e",
    "e" + "\u0301\u0316" * 200 + "vil()",
    "e<span>\u0301</span>vil" + "<i>\u0316</i>\u0301" * 9,
    "\uff1cscript\uff1eevil()\uff1c/script\uff1e",
    '<a href="https://example.org/?a=<script>evil()</script>">x</a>',
    "<a href='https://example.org/#\"><img src=x onerror=evil()>'>x</a>",
)
_TYPST = (
    '#read("/etc/passwd")',
    '#image("/etc/passwd")',
    '#include "/etc/passwd"',
    '#import "look.typ": *',
    '#eval("panic()")',
    "#panic(1)",
    "#set page(width: 1mm)",
    "#sys.version",
    "#{1 + 1}",
    "$ x^2 $",
    "$#panic()$",
    "@nowhere",
    "<label>",
    "\\u{41}\\ \\",
    "`raw` ```typ #panic()```",
    "]#panic()[",
    '"#panic()"',
    "// comment",
    "/* comment",
    "= Heading",
    "*strong* _emph_",
    "~ -- --- ...",
    "'\"quotes\"'",
    "#[x](y)",
    "https://example.org/#panic()",
)

LISTED: tuple[str, ...] = (
    *_SCRIPTS,
    *_HANDLERS,
    *(f'<a href="{address}">x</a>' for address in _ADDRESSES),
    *(f"<a class=btn href='{address}'>x</a>" for address in _ADDRESSES),
    *(f'<img src="{address}" alt="x">' for address in _ADDRESSES),
    *_FOREIGN,
    *_MUTANTS,
    *_TYPST,
)
TYPST = _TYPST

ELEMENTS = tags(
    "html head meta title style body div span p a h1 h2 h3 h4 h5 h6 ul ol li cite "
    "blockquote figure figcaption img table tbody tr th td caption strong em br hr"
)
ATTRIBUTES = tags(
    "class style href src alt width height role id name lang dir bgcolor scope content "
    "charset http-equiv aria-roledescription aria-label aria-hidden "
    "cellpadding cellspacing border align xmlns:o"
)
_LINKS = re.compile(r"(https?://[^\s\"<>]+|mailto:[^\s\"<>]+|tel:[^\s\"<>]+|#[\w-]+)\Z")
_PICTURES = re.compile(r"(https?://[^\s\"<>]+|cid:[^\s\"<>]+)\Z")
_STYLES = re.compile(r"url\(|expression|behavior|binding|javascript|@import", re.I)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that an independent parser finds and that must not be there."""

    element: str
    attribute: str = ""
    value: str = ""


def faults(html: str) -> list[Fault]:
    """Return what is outside the allowed set, by a parser that is not ours."""
    return list(_faults(LexborHTMLParser(html)))


def _faults(tree: LexborHTMLParser) -> Iterator[Fault]:
    root = tree.root
    for node in root.traverse(include_text=False) if root else ():
        tag = node.tag or ""
        if tag not in ELEMENTS and not tag.startswith(("-", "_", "!")):
            yield Fault(tag)
        for name, value in node.attributes.items():
            if not _is_allowed(name, value or ""):
                yield Fault(tag, name, value or "")


def _is_allowed(name: str, value: str) -> bool:
    if name not in ATTRIBUTES:
        return False
    if name == "href":
        return _LINKS.match(value) is not None
    if name == "src":
        return _PICTURES.match(value) is not None
    return name != "style" or _STYLES.search(value) is None


def is_stable(html: str) -> bool:
    """Whether the HTML says the same when it is written out and read once more.

    What changes by being read is how markup hides from those who look at it once.
    """
    once = LexborHTMLParser(html).html or ""
    return LexborHTMLParser(once).html == once
