"""Every profile recognises its export, and reads it as that product means it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ingest_exports import csv_text, write, write_json, write_xlsx
from painpoints.ingest import read_exports
from painpoints.ingest.profiles import load_profiles

PLAY_COLUMNS = [
    "Package Name", "App Version Code", "App Version Name", "Reviewer Language", "Device",
    "Review Submit Date and Time", "Review Submit Millis Since Epoch", "Review Last Update Date and Time",
    "Review Last Update Millis Since Epoch", "Star Rating", "Review Title", "Review Text",
    "Developer Reply Date and Time", "Developer Reply Millis Since Epoch", "Developer Reply Text", "Review Link",
]  # fmt: skip


def play_row(text: str, stars: str, link_id: str, reply: str = "", title: str = "") -> list[str]:
    link = f"http://play.google.com/console/developers/app/reviews?reviewId={link_id}&corpus=PUBLIC_REVIEWS"
    return [
        "vn.gaoxanh.app", "3201", "3.2.1", "vi", "a52q", "2025-11-03T02:15:09Z", "1762136109000",
        "2025-11-03T02:15:09Z", "1762136109000", stars, title, text, "", "", reply, link if link_id else "",
    ]  # fmt: skip


def test_google_play_as_the_console_writes_it(tmp_path):
    rows = [
        PLAY_COLUMNS,
        play_row(
            "Không đăng nhập được, mã OTP không về",
            "1",
            "gp%3AAOqpTOG1",
            reply="Chào bạn, mong bạn cập nhật.",
        ),
        play_row("Dùng tốt", "5", "gp%3AAOqpTOG2", title="Hài lòng"),
        play_row("", "4", ""),
    ]
    got = read_exports([write(tmp_path / "reviews_202511.csv", csv_text(rows).encode("utf-16"))])
    report = got.files[0]
    assert (report.profile, report.encoding, report.delimiter) == ("google_play", "utf-16-le with BOM", ",")
    assert got.items["feedback_id"].tolist() == ["gp:AOqpTOG1", "gp:AOqpTOG2"]
    assert got.items["text"].tolist() == ["Không đăng nhập được, mã OTP không về", "Hài lòng\nDùng tốt"]
    assert got.items["agent_reply"].tolist() == ["Chào bạn, mong bạn cập nhật.", ""]
    assert got.items["created_at"][0] == pd.Timestamp("2025-11-03T02:15:09Z")
    assert set(got.items["channel"]) == {"Google Play"}
    assert set(got.items["product"]) == {"vn.gaoxanh.app"}
    assert got.rejected["reason"].tolist() == ["no text, only a rating"]


def test_app_store_connect_api(tmp_path):
    attributes = {
        "rating": 2, "title": "Hay văng", "body": "Mở lên là thoát ra", "reviewerNickname": "minh92",
        "createdDate": "2025-10-30T06:12:44-07:00", "territory": "VNM",
    }  # fmt: skip
    data = {"data": [{"type": "customerReviews", "id": "00000052-ab", "attributes": attributes}], "links": {}}
    got = read_exports([write_json(tmp_path / "reviews.json", data)])
    item = got.items.iloc[0]
    assert got.files[0].profile == "app_store_connect"
    assert (item["feedback_id"], item["text"]) == ("00000052-ab", "Hay văng\nMở lên là thoát ra")
    assert item["created_at"] == pd.Timestamp("2025-10-30T13:12:44Z")
    assert (item["rating_norm"], item["segment"], item["channel"]) == (-0.5, "VNM", "App Store")


def test_app_store_feed(tmp_path):
    entry = {
        "id": {"label": "11223344"}, "title": {"label": "Tạm"}, "content": {"label": "Quảng cáo nhiều", "attributes": {}},
        "im:rating": {"label": "3"}, "updated": {"label": "2025-10-30T06:12:44-07:00"},
        "author": {"name": {"label": "lan.tr"}},
    }  # fmt: skip
    got = read_exports(
        [write_json(tmp_path / "feed.json", {"feed": {"entry": [entry, {**entry, "id": {"label": "5"}}]}})]
    )
    assert got.files[0].profile == "app_store_feed"
    assert got.items["text"][0] == "Tạm\nQuảng cáo nhiều"
    assert got.items["rating"].tolist() == [3.0, 3.0]


@pytest.mark.parametrize(
    "header",
    [
        "Date,App name,Store,Country,Version,Rating,Author,Title,Review,Review ID,Reply text",
        "Date,App,Store,Country,Version,Rating,Author,Subject,Body,ID,Developer Response",
    ],
)
def test_app_store_monitoring_services(tmp_path, header):
    row = [
        "2025-11-02",
        "Gạo Xanh",
        "App Store",
        "Vietnam",
        "3.2",
        "1",
        "Trang",
        "Lỗi",
        "Không thanh toán được",
        "778",
        "Xin lỗi bạn",
    ]
    got = read_exports([write(tmp_path / "f.csv", csv_text([header.split(","), row]))])
    item = got.items.iloc[0]
    assert got.files[0].profile == "app_store_export"
    assert (item["text"], item["feedback_id"]) == ("Lỗi\nKhông thanh toán được", "778")
    assert (item["agent_reply"], item["product"], item["segment"]) == ("Xin lỗi bạn", "Gạo Xanh", "Vietnam")


def test_zendesk_view(tmp_path):
    rows = [
        ["Id", "Subject", "Description", "Requester", "Requested", "Satisfaction Score", "Assignee", "Via"],
        [
            "5012",
            "Hoàn tiền",
            "Tôi hủy đơn 2 tuần chưa thấy hoàn tiền",
            "Lê Hoa",
            "2025-11-03 09:10",
            "Bad",
            "An",
            "Web",
        ],
        ["5013", "Cảm ơn", "Đã nhận được hàng", "Vũ Nam", "2025-11-04 10:00", "Good", "An", "Mail"],
        [
            "5014",
            "Hỏi phí ship",
            "Ship ra đảo bao nhiêu",
            "Đỗ Tú",
            "2025-11-04 11:00",
            "Offered",
            "An",
            "Mail",
        ],
    ]
    got = read_exports([write(tmp_path / "f.csv", csv_text(rows))])
    assert got.files[0].profile == "zendesk"
    assert got.items["text"][0] == "Hoàn tiền\nTôi hủy đơn 2 tuần chưa thấy hoàn tiền"
    assert got.items["rating_norm"].tolist()[:2] == [-1.0, 1.0]
    assert pd.isna(got.items["rating"][2])
    assert got.files[0].rating_scale == "binary"
    assert not any("ratings" in p for p in got.files[0].problems)


def test_zendesk_api_keeps_the_agents_words_apart(tmp_path):
    ticket = {
        "id": 35436, "subject": "Giao sai hàng", "description": "Đặt gạo lứt mà giao gạo nếp", "requester_id": 20978392,
        "created_at": "2025-11-03T04:00:00Z", "via": {"channel": "email"}, "satisfaction_rating": {"score": "bad"},
        "comments": [
            {"author_id": 20978392, "plain_body": "Đặt gạo lứt mà giao gạo nếp", "public": True},
            {"author_id": 7, "plain_body": "Dạ shop xin lỗi ạ", "public": True},
            {"author_id": 7, "plain_body": "khách này khó tính", "public": False},
            {"author_id": 20978392, "plain_body": "Ba ngày rồi chưa ai đổi", "public": True},
        ],
    }  # fmt: skip
    got = read_exports([write_json(tmp_path / "f.json", {"tickets": [ticket], "count": 1})])
    item = got.items.iloc[0]
    assert got.files[0].profile == "zendesk_api"
    assert item["text"] == "Giao sai hàng\nĐặt gạo lứt mà giao gạo nếp\nBa ngày rồi chưa ai đổi"
    assert item["agent_reply"] == "Dạ shop xin lỗi ạ"
    assert (item["rating_norm"], item["channel"], item["customer_id"]) == (-1.0, "email", "20978392")


def test_freshdesk_export_and_api(tmp_path):
    rows = [
        ["Ticket ID", "Subject", "Description", "Status", "Priority", "Source", "Type", "Agent", "Group", "Created time",
         "Full name", "Contact ID"],
        ["881", "Máy không lên nguồn", "Mới mua 3 ngày đã hỏng", "Open", "High", "Phone", "Problem", "Hà", "CSKH",
         "2025-11-03 09:10:11", "Trần Bình", "44011"],
    ]  # fmt: skip
    ticket = {
        "id": 882, "subject": "Bảo hành", "description_text": "Gửi máy một tháng chưa trả", "requester_id": 9,
        "created_at": "2025-11-05T01:00:00Z",
        "conversations": [
            {"body_text": "Bên em đang xử lý", "incoming": False, "private": False},
            {"body_text": "Bao giờ mới xong?", "incoming": True, "private": False},
        ],
    }  # fmt: skip
    got = read_exports([write(tmp_path / "a.csv", csv_text(rows)), write_json(tmp_path / "b.json", [ticket])])
    assert [f.profile for f in got.files] == ["freshdesk", "freshdesk_api"]
    assert got.items["text"].tolist() == [
        "Máy không lên nguồn\nMới mua 3 ngày đã hỏng",
        "Bảo hành\nGửi máy một tháng chưa trả\nBao giờ mới xong?",
    ]
    assert got.items["agent_reply"].tolist() == ["", "Bên em đang xử lý"]


def test_intercom_messages_leave_the_company_out(tmp_path):
    rows = [
        ["conversation_id", "message_id", "message_type", "message_body", "message_author_type",
         "message_author_user_id", "message_created_at", "app_name"],
        ["c1", "m1", "conversation_message", "App báo lỗi khi nạp tiền", "user", "u7", "2025-11-14 21:45:08", "Ví"],
        ["c1", "m2", "comment", "Bạn thử lại giúp em nhé", "admin", "9", "2025-11-14 21:47:00", "Ví"],
        ["c1", "m3", "comment", "Vẫn lỗi", "user", "u7", "2025-11-14 21:50:00", "Ví"],
    ]  # fmt: skip
    got = read_exports([write(tmp_path / "f.csv", csv_text(rows))])
    assert got.files[0].profile == "intercom"
    assert got.items["feedback_id"].tolist() == ["m1", "m3"]
    assert got.items["created_at"][0] == pd.Timestamp("2025-11-14T21:45:08Z")
    assert got.rejected["reason"].tolist() == ["written by the company"]


def test_intercom_api(tmp_path):
    conversation = {
        "id": "215", "created_at": 1762136109, "source": {"type": "chat", "subject": "", "body": "<p>Nạp tiền lỗi</p>",
        "author": {"type": "user", "id": "u7"}}, "conversation_rating": {"rating": 1, "remark": "Chậm"},
        "conversation_parts": {"conversation_parts": [
            {"part_type": "comment", "body": "<p>Anh chờ em kiểm tra</p>", "author": {"type": "admin"}},
            {"part_type": "note", "body": "<p>khách VIP</p>", "author": {"type": "admin"}},
            {"part_type": "comment", "body": "<p>Chờ mãi</p>", "author": {"type": "user"}},
        ]},
    }  # fmt: skip
    got = read_exports([write_json(tmp_path / "f.json", {"conversations": [conversation]})])
    item = got.items.iloc[0]
    assert got.files[0].profile == "intercom_api"
    assert item["text"] == "<p>Nạp tiền lỗi</p>\nChậm\n<p>Chờ mãi</p>"
    assert item["agent_reply"] == "<p>Anh chờ em kiểm tra</p>"
    assert (item["rating_scale"], item["rating_norm"]) == ("csat5", -1.0)
    assert item["created_at"] == pd.Timestamp("2025-11-03T02:15:09Z")


QUALTRICS = [
    ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId", "ExternalReference",
     "Q1_NPS_GROUP", "Q1", "Q2", "Q3_5_TEXT", "Q4"],
    ["Start Date", "End Date", "Response Type", "Progress", "Finished", "Recorded Date", "Response ID",
     "External Data Reference", "How likely are you to recommend us? - Group", "How likely are you to recommend us?",
     "Vì sao anh/chị chấm điểm đó?", "Kênh liên hệ - Khác - Text", "Anh chị thuộc nhóm nào?"],
    ['{"ImportId":"startDate"}', '{"ImportId":"endDate"}', '{"ImportId":"status"}', '{"ImportId":"progress"}',
     '{"ImportId":"finished"}', '{"ImportId":"recordedDate"}', '{"ImportId":"_recordId"}',
     '{"ImportId":"externalDataReference"}', '{"ImportId":"QID1_NPS_GROUP"}', '{"ImportId":"QID1"}',
     '{"ImportId":"QID2_TEXT"}', '{"ImportId":"QID3_5_TEXT"}', '{"ImportId":"QID4"}'],
    ["2025-11-03 08:00:00", "2025-11-03 08:05:00", "IP Address", "100", "True", "2025-11-03 08:05:01", "R_1abc", "KH77",
     "Detractor", "3", "Nhân viên chi nhánh làm việc quá chậm", "gọi cho người quen", "Khách cũ"],
    ["2025-11-03 09:00:00", "2025-11-03 09:05:00", "Survey Preview", "100", "True", "2025-11-03 09:05:01", "R_2abc", "",
     "Promoter", "10", "thử thôi nhé các bạn ơi", "", "Khách cũ"],
    ["2025-11-03 10:00:00", "2025-11-03 10:05:00", "IP Address", "100", "True", "2025-11-03 10:05:01", "R_3abc", "KH78",
     "Promoter", "9", "Phòng giao dịch sạch sẽ và nhân viên lịch sự", "", "Khách mới"],
]  # fmt: skip


def test_qualtrics_has_three_header_rows(tmp_path):
    got = read_exports([write(tmp_path / "f.csv", csv_text(QUALTRICS))])
    report = got.files[0]
    assert (report.profile, report.header_rows, report.read) == ("qualtrics", 3, 3)
    assert report.column_map["text"] == ("Q2", "Q3_5_TEXT")
    assert got.items["feedback_id"].tolist() == ["R_1abc", "R_3abc"]
    assert got.items["text"][0] == "Nhân viên chi nhánh làm việc quá chậm\ngọi cho người quen"
    assert (report.rating_scale, got.items["rating"].tolist()) == ("nps", [3.0, 9.0])
    assert got.items["customer_id"].tolist() == ["KH77", "KH78"]
    assert got.rejected[["row", "reason"]].values.tolist() == [[2, "test response"]]


SURVEYMONKEY = [
    ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address", "Email Address",
     "Bạn có giới thiệu chúng tôi cho bạn bè không?", "Điều gì làm bạn chưa hài lòng?", "Bạn biết chúng tôi qua đâu?", "",
     "Bạn muốn góp ý gì thêm?"],
    ["", "", "", "", "", "", "", "Open-Ended Response", "Facebook", "Other (please specify)", "Open-Ended Response"],
    ["118001", "44", "11/03/2025 08:00:12 AM", "11/03/2025 08:02:00 AM", "", "", "9 - Extremely likely",
     "Thủ tục rườm rà", "Facebook", "", "Thêm chỗ đậu xe"],
    ["118002", "44", "11/14/2025 01:00:12 PM", "11/14/2025 01:02:00 PM", "", "", "2", "", "", "qua hàng xóm", ""],
]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_surveymonkey_joins_the_open_answers(tmp_path, kind):
    if kind == "csv":
        path = write(tmp_path / "f.csv", csv_text(SURVEYMONKEY))
    else:
        path = write_xlsx(tmp_path / "f.xlsx", {"Sheet": SURVEYMONKEY})
    got = read_exports([path])
    report = got.files[0]
    assert (report.profile, report.header_rows) == ("surveymonkey", 2)
    assert got.items["text"].tolist() == ["Thủ tục rườm rà\nThêm chỗ đậu xe", "qua hàng xóm"]
    assert (report.rating_scale, got.items["rating"].tolist()) == ("nps", [9.0, 2.0])
    assert report.date_order == "month_first"
    assert got.items["created_at"][1] == pd.Timestamp("2025-11-14T06:00:12Z")


def test_facebook_comments_and_their_replies_are_items(tmp_path):
    def comment(number: int, message: str, **more: object) -> dict[str, object]:
        return {"id": f"1_{number}", "message": message, "created_time": f"2025-11-03T0{number}:00:00+0000",
                "from": {"id": f"p{number}", "name": "Ng. A"}, **more}  # fmt: skip

    reply = comment(3, "Mình cũng bị y vậy", comments={"data": [comment(4, "Nhắn tin shop không trả lời")]})
    data = {"data": [comment(1, "Ship 10 ngày chưa tới", comments={"data": [reply]}), comment(2, "Gạo ngon")]}
    got = read_exports([write_json(tmp_path / "f.json", data)])
    assert got.files[0].profile == "facebook_comments"
    assert got.items["feedback_id"].tolist() == ["1_1", "1_3", "1_4", "1_2"]
    assert got.items["row"].tolist() == [1, 2, 3, 4]
    assert got.items["customer_id"].tolist() == ["p1", "p3", "p4", "p2"]
    assert got.files[0].read == 4


def test_facebook_tool_export(tmp_path):
    rows = [
        ["Comment ID", "Name", "Profile ID", "Date", "Comment", "Post URL"],
        ["991", "Mai", "1000", "2025-11-03 10:00", "Inbox mãi không ai trả lời", "https://fb.example/p/1"],
    ]
    got = read_exports([write(tmp_path / "f.csv", csv_text(rows))])
    assert got.files[0].profile == "facebook_export"
    assert got.items.iloc[0][["feedback_id", "customer_id", "channel"]].tolist() == [
        "991",
        "1000",
        "Facebook",
    ]


@pytest.mark.parametrize(
    "header",
    [
        "Mã đơn hàng,Tên sản phẩm,Phân loại hàng,Tên đăng nhập,Số sao,Nội dung đánh giá,Thời gian,Phản hồi của Shop",
        "Order SN,Product name,Model name,Buyer username,Rating star,Comment,Rating time,Seller reply",
    ],
)
def test_shopee_in_both_languages(tmp_path, header):
    row = [
        "2511A",
        "Gạo ST25 5kg",
        "Túi 5kg",
        "hoa.nguyen",
        "2",
        "Gạo có mọt",
        "03/11/2025 20:15",
        "Shop xin lỗi ạ",
    ]
    masked = ["2511B", "Gạo ST25 5kg", "Túi 5kg", "t*****8", "5", "Ngon", "23/11/2025 20:15", ""]
    got = read_exports([write_xlsx(tmp_path / "f.xlsx", {"Sheet1": [header.split(","), row, masked]})])
    item = got.items.iloc[0]
    assert got.files[0].profile == "shopee"
    assert (item["text"], item["agent_reply"], item["product"]) == (
        "Gạo có mọt",
        "Shop xin lỗi ạ",
        "Gạo ST25 5kg",
    )
    assert item["created_at"] == pd.Timestamp("2025-11-03T13:15Z")
    assert got.items["customer_id"].tolist() == ["hoa.nguyen", ""]


@pytest.mark.parametrize(
    "header",
    [
        "Mã đánh giá,Seller SKU,Tên sản phẩm,Đánh giá sản phẩm,Nội dung đánh giá,Ngày đánh giá,Phản hồi của nhà bán hàng",
        "Review ID,Seller SKU,Product Name,Product Rating,Review Content,Review Date,Seller Reply",
    ],
)
def test_lazada_in_both_languages(tmp_path, header):
    row = ["R9", "GX-5", "Gạo lứt", "3", "Túi rách", "2025-11-03 20:15", "Dạ shop gửi lại ạ"]
    got = read_exports([write(tmp_path / "f.csv", csv_text([header.split(","), row]))])
    item = got.items.iloc[0]
    assert got.files[0].profile == "lazada"
    assert (item["feedback_id"], item["text"], item["rating_norm"]) == ("R9", "Túi rách", 0.0)
    assert item["agent_reply"] == "Dạ shop gửi lại ạ"


def test_a_named_profile_is_used_and_generic_switches_recognition_off(tmp_path):
    path = write(tmp_path / "f.csv", csv_text([PLAY_COLUMNS, play_row("Lỗi mãi", "1", "gp%3A1")]))
    assert read_exports([path], profile="google_play").files[0].profile == "google_play"
    generic = read_exports([path], profile="generic")
    assert generic.files[0].profile == "generic"
    assert generic.items["text"].tolist() == ["Lỗi mãi"]


def test_every_profile_has_a_title_and_says_what_it_is_recognised_by():
    for profile in load_profiles():
        assert profile.title
        assert profile.specificity >= 2, profile.name
        assert profile.text or profile.text_columns, profile.name


def test_the_docs_name_every_profile():
    docs = Path(__file__).parents[1] / "docs" / "file-formats.md"
    text = docs.read_text(encoding="utf-8")
    assert [p.name for p in load_profiles() if f"`{p.name}`" not in text] == []
