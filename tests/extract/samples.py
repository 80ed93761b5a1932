# SPDX-FileCopyrightText: 2026 The TISC Knowledge Base authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small files of every kind that attachments come in, right and wrong ones, made by hand."""

import io
import zipfile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CHINESE = "专利检索是一门艺术，需要耐心和方法。"
ARABIC = "البحث عن براءات الاختراع يحتاج إلى الصبر والمنهج الصحيح في كل مرة. "
RUSSIAN = "Патентный поиск требует терпения и правильного метода. "


def _pdf(objects, trailer=b""):
    out, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table
                  + b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
                  % (len(objects) + 1, trailer, len(out)))


def _stream(data):
    return b"<< /Length %d >>\nstream\n" % len(data) + data + b"\nendstream"


def _to_unicode(text):
    rows = "".join(f"<{i + 1:04x}> <{ord(c):04x}>\n" for i, c in enumerate(text))
    return (f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
            f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{len(text)} beginbfchar\n{rows}endbfchar\n"
            f"endcmap end end").encode()


def pdf(lines=("A pump driven by the sun, ex-", "ample of the art"), chinese="泵站", pages=1, encrypted=False):
    """Pages of lines in Helvetica, and one of Chinese that only its map tells."""
    drawn = b"".join(b"(%s) Tj T* " % line.encode("latin-1") for line in lines)
    codes = "".join(f"{i + 1:04x}" for i in range(len(chinese))).encode()
    kids = b" ".join(b"%d 0 R" % (8 + i) for i in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, pages),
        _stream(b"BT /F1 12 Tf 72 720 Td 14 TL " + drawn + b"/F2 12 Tf <" + codes + b"> Tj ET"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Own /Encoding /Identity-H /DescendantFonts [6 0 R]"
        b" /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Own /CIDSystemInfo << /Registry (Adobe)"
        b" /Ordering (Identity) /Supplement 0 >> >>",
        _stream(_to_unicode(chinese)),
    ] + [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R /Resources"
         b" << /Font << /F1 4 0 R /F2 5 0 R >> >> >>"] * pages
    lock = (b"/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"ab" * 32 + b"> /U <"
            + b"cd" * 32 + b"> >>") if encrypted else b""
    return _pdf(objects, lock)


def scan():
    """A page with nothing but a drawing."""
    return _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                 b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >>",
                 _stream(b"0 0 50 50 re f")])


def archive(**members):
    """name: text; a name's "__" stands for "/" and "_dot_" for "."."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in members.items():
            packed.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return out.getvalue()


def docx(paragraphs=("The first paragraph", CHINESE), body=""):
    runs = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in paragraphs)
    return archive(word__document_dot_xml=f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{runs}{body}'
                                          f'</w:body></w:document>')


def docx_with_changes():
    """A tab, a deletion, alternatives for old readers, a footnote."""
    body = ('<w:p><w:r><w:t>kept</w:t><w:tab/><w:t>tabbed</w:t></w:r><w:del><w:r><w:delText>deleted</w:delText>'
            '</w:r></w:del><w:r><x:Choice xmlns:x="x"><w:t>choice</w:t></x:Choice><x:Fallback xmlns:x="x">'
            '<w:t>fallback</w:t></x:Fallback></w:r></w:p>')
    note = f'<w:footnotes xmlns:w="{WORD}"><w:p><w:r><w:t>noted below</w:t></w:r></w:p></w:footnotes>'
    return archive(word__document_dot_xml=f'<w:document xmlns:w="{WORD}">{body}</w:document>',
                   word__footnotes_dot_xml=note)


def docx_with_entities():
    inner = "".join(f'<!ENTITY e{i} "{"&e%d;" % (i - 1) * 10}">' for i in range(1, 12))
    return archive(word__document_dot_xml=f'<!DOCTYPE w [<!ENTITY e0 "ha">{inner}]><w:document xmlns:w="{WORD}">'
                                          '<w:p><w:t>&e11;</w:t></w:p></w:document>')


def bomb():
    return archive(word__document_dot_xml=f'<w:document xmlns:w="{WORD}">' + " " * 150_000_000)


def locked_docx():
    """As far as anybody looks into one."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(480)


def odt(text="Some<text:s/>words <text:span>in a span</text:span>", manifest="<manifest/>"):
    return archive(mimetype="application/vnd.oasis.opendocument.text",
                   content_dot_xml='<office:document-content xmlns:office="o" xmlns:text="t"><text:tracked-changes>'
                                   '<text:p>taken out</text:p></text:tracked-changes><text:h>A heading</text:h>'
                                   f'<text:p>{text}</text:p></office:document-content>',
                   **{"META-INF__manifest_dot_xml": manifest})


def html():
    return ('<html><head><meta charset="gb2312"><title>标题</title><style>p{color:red}</style></head><body>'
            '<script>var hidden</script><p>检索<b>报告</b>\n第二行</p><ul><li>one<li>two</ul></body>').encode("gb18030")
