"""What is taken out as no feedback, and what must stay."""

import pytest

from painpoints.text.boilerplate import find_boilerplate, only_contact


def _found(text: str) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.reason) for f in find_boilerplate(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Chào shop ạ, áo bị rách", [("Chào shop ạ,", "greeting")]),
        ("chao shop minh mua ao bi rach", [("chao shop", "greeting")]),
        ("Dear Sir/Madam,\nMy card is blocked.", [("Dear Sir/Madam,", "greeting")]),
        ("Kính gửi Quý ngân hàng,\nThẻ bị khóa.", [("Kính gửi Quý ngân hàng,", "greeting")]),
        (
            "Kính gửi Ban giám đốc ngân hàng An Phú,\nThẻ bị khóa.",
            [("Kính gửi Ban giám đốc ngân hàng An Phú,", "greeting")],
        ),
        ("Kính gửi quý công ty tôi chờ hàng 5 ngày.", [("Kính gửi quý công ty", "greeting")]),
        ("Kính gửi shop áo em mua bị rách, đổi giúp", [("Kính gửi shop", "greeting")]),
        ("Kính gửi Ban quản lý Gạo Xanh chuyện trả tiền quá lâu.", [("Kính gửi Ban quản lý", "greeting")]),
        (
            "Giao sai hàng\nKính gửi Ban quản lý Gạo Xanh,\nTôi đặt hai bao.",
            [("Kính gửi Ban quản lý Gạo Xanh,", "greeting")],
        ),
        ("Chào chị Lan Anh, máy hỏng", [("Chào chị Lan Anh,", "greeting")]),
        ("Dear Customer Care, it broke", [("Dear Customer Care,", "greeting")]),
        ("Kính gửi shop. Áo rách", [("Kính gửi shop.", "greeting")]),
        ("Áo bị rách. Em cảm ơn ạ!", [("Em cảm ơn ạ!", "sign_off")]),
        ("Great food. Thank you so much", [("Thank you so much", "sign_off")]),
        (
            "Thẻ bị khóa.\nTrân trọng,\nMinh Anh\nPhòng kế toán",
            [("Trân trọng,\nMinh Anh\nPhòng kế toán", "signature")],
        ),
        ("Gạo có mọt.\nThân,\nTrần Bé Năm", [("Thân,\nTrần Bé Năm", "signature")]),
        ("Máy hỏng\nKính chào\nLê Văn Tư", [("Kính chào\nLê Văn Tư", "signature")]),
        ("App lỗi.\nĐã gửi từ iPhone của tôi", [("Đã gửi từ iPhone của tôi", "signature")]),
        ("Broken.\nSent from my iPhone", [("Sent from my iPhone", "signature")]),
        (
            "Vẫn lỗi.\nVào 4 thg 6, 2024 CSKH đã viết:\nCảm ơn bạn.\nChờ nhé.",
            [("Vào 4 thg 6, 2024 CSKH đã viết:\nCảm ơn bạn.\nChờ nhé.", "quoted_email")],
        ),
        ("> Your order shipped\nIt did not.", [("> Your order shipped", "quoted_email")]),
        (
            "Xin cảm ơn quý khách đã liên hệ với cửa hàng. Máy hỏng.",
            [("Xin cảm ơn quý khách đã liên hệ với cửa hàng.", "template")],
        ),
        ("Thank you for contacting us. It is broken.", [("Thank you for contacting us.", "template")]),
    ],
)
def test_boilerplate_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert _found(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "cảm ơn shop, giao nhanh",
        "Cảm ơn shop đã giao nhanh",
        "Thank you for the great food",
        "Chào hỏi khách rất lễ phép",
        "gửi shop 2 lần mà chưa nhận",
        "gửi shop 2 lần mà chưa nhận được hàng.",
        "Dear team my order is late, please help",
        "gửi công ty giấy tờ rồi mà chưa duyệt, chờ hoài",
        "Hi vọng app tốt hơn",
        "Giao than cho tôi\nthan\nướt hết cả bao.",
        "Thank you for contacting us is all they ever send, but nothing happens",
        "Mong ngân hàng sớm sửa lỗi đăng nhập",
    ],
)
def test_feedback_that_looks_like_boilerplate_stays(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "chào shop áo rách, đổi giúp",
        "Chào shop áo rách.",
        "hello shop áo rách.",
        "Xin chào ngân hàng thẻ bị khóa.",
    ],
)
def test_a_complaint_behind_a_greeting_stays(text: str) -> None:
    left = text
    for piece in reversed(find_boilerplate(text)):
        left = left[: piece.start] + left[piece.end :]
    assert "áo rách" in left or "thẻ bị khóa" in left


def test_a_name_in_a_signature_is_not_cut() -> None:
    text = "Máy hỏng. Cảm ơn shop 0912345678 gọi lại"
    private = [(text.index("0912"), text.index("0912") + 10)]
    for piece in find_boilerplate(text, private):
        assert not any(left < edge < right for left, right in private for edge in (piece.start, piece.end))


def test_block_tags_of_html_end_a_line_and_are_no_text():
    html = "<p>App bị treo khi thanh toán</p><p>Nhân viên không hỗ trợ<br/>quá tệ</p>"
    found = find_boilerplate(html)
    assert {piece.reason for piece in found} == {"markup"}
    left = html
    for piece in reversed(found):
        left = left[: piece.start] + "|" + left[piece.end :]
    assert left == "|App bị treo khi thanh toán|Nhân viên không hỗ trợ|quá tệ|"


def test_every_reply_header_goes_not_only_the_first():
    mail = (
        "Hàng vỡ\n\nOn 11/08/2026, Care <cskh@shop.example> wrote:\n> Thank you.\n\n"
        "________________________________\nTừ: CSKH\nĐến: a@example.com\nXin chào quý khách, chúng tôi đã ghi nhận."
    )
    left = mail
    for piece in reversed(find_boilerplate(mail)):
        left = left[: piece.start] + left[piece.end :]
    assert left.strip() == "Hàng vỡ"


def _left(text: str) -> str:
    for piece in reversed(find_boilerplate(text)):
        text = text[: piece.start] + text[piece.end :]
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def test_of_a_chat_only_what_the_customer_says_stays():
    chat = (
        "[10:02] Khách hàng: app lỗi hoài\n[10:03] CSKH Lan: Dạ chị chụp hình giúp em\nđể em xem ạ\n"
        "[10:05] Khách hàng: gửi ba lần rồi"
    )
    assert _left(chat) == "app lỗi hoài\ngửi ba lần rồi"
    named = "Customer: my card is locked\nMinh: Hold on.\nCustomer: still locked\nMinh: We see."
    assert _left(named) == "my card is locked\nstill locked"
    seller = "Khách: áo rách\nShop: dạ để em xem\nKhách: lâu vậy"
    assert _left(seller) == "áo rách\nlâu vậy"


@pytest.mark.parametrize(
    "form",
    [
        "Nhân viên: thái độ kém\nGiá: cao",
        "Khách hàng: chờ lâu\nNhân viên: thái độ kém\nGiá: cao\nNhân viên: ít",
        "Staff: friendly\nFood: cold\nSupport: none",
        "Shop: giao chậm",
    ],
)
def test_the_lines_of_a_form_stay(form: str) -> None:
    assert all(told.split(": ")[1] in _left(form) for told in form.splitlines())


@pytest.mark.parametrize("title", ["Trò chuyện với Hạnh", "Conversation with An Tran", "Cuộc gọi từ Minh"])
def test_a_title_that_only_names_whom_one_talked_with_is_no_feedback(title: str) -> None:
    assert _found(f"{title}\nMáy hỏng") == [(title, "title")]
    assert _found(title) == [(title, "title")]


@pytest.mark.parametrize(
    "text",
    [
        "Trò chuyện với nhân viên rất lâu",
        "Chat với shop không rep",
        "Gọi từ sáng tới giờ",
        "Call from them every day",
    ],
)
def test_who_tells_of_a_talk_is_heard(text: str) -> None:
    assert _found(text) == []


def test_an_agents_line_in_a_transcript_is_a_template():
    chat = "Khách: app lỗi hoài\nCSKH: Chạn Lúa chân thành xin lỗi vì sự bất tiện. Quý khách vui lòng gửi hình.\nKhách: ừ"
    assert [chat[p.start : p.end].split(":")[0] for p in find_boilerplate(chat)] == ["Khách", "CSKH", "Khách"]


@pytest.mark.parametrize(
    ("masked", "nothing_else"),
    [
        ("Gọi tôi [PHONE], mail [EMAIL], tôi tên là [NAME]", True),
        ("có gì gọi lại số [PHONE] nha", True),
        ("[NAME] [ADDRESS]", True),
        ("Call me back on [PHONE].", True),
        ("gọi lại số", False),
        ("gọi [PHONE] không ai nghe", False),
        ("Hàng giao sai tới [ADDRESS]", False),
    ],
)
def test_a_clause_that_only_says_how_to_reach_somebody_is_no_feedback(
    masked: str, nothing_else: bool
) -> None:
    assert only_contact(masked) is nothing_else
