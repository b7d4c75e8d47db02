"""Customer files as companies send them."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painpoints.errors import InputError
from painpoints.rank import load_customers
from painpoints.rank.customers import _number, group_columns


def write(tmp_path, text, name="khach.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_vietnamese_columns_semicolons_and_grouped_numbers(tmp_path):
    path = write(
        tmp_path,
        "Mã khách hàng;Tên;Doanh thu (VND)\nKH01;An;1.250.000 đ\nKH02;Bình;300.000\n",
        encoding="utf-8-sig",
    )
    found = load_customers(path)
    assert list(found["customer_id"]) == ["KH01", "KH02"]
    assert list(found["value"]) == [1_250_000.0, 300_000.0]


def test_several_rows_of_one_customer_are_summed(tmp_path):
    found = load_customers(write(tmp_path, "customer_id,revenue\na,10\nb,1\na,5.5\n,9\n"))
    assert dict(zip(found["customer_id"], found["value"], strict=True)) == {"a": 15.5, "b": 1.0}


def test_xlsx_and_utf16(tmp_path):
    pd.DataFrame({"Mã KH": [101, 102], "CLV": [5, 7]}).to_excel(tmp_path / "k.xlsx", index=False)
    assert list(load_customers(tmp_path / "k.xlsx")["customer_id"]) == ["101", "102"]
    path = write(tmp_path, "customer_id\tvalue\nx\t3\ny\t4\n", encoding="utf-16")
    assert list(load_customers(path)["value"]) == [3.0, 4.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,age\na,1\n", "no column for the customer id"),
        ("customer_id,age\na,1\n", "no column for the value"),
        ("customer_id,value\n", "no records"),
        ("customer_id,value\n,3\n", "no record has a customer id"),
        ("customer_id,value\na,=cmd|x\n", "as 'value', not record 1 '=cmd|x'"),
        ("", "not a readable CSV or XLSX table"),
    ],
)
def test_one_clear_sentence_for_what_does_not_fit(tmp_path, text, message):
    with pytest.raises(InputError) as caught:
        load_customers(write(tmp_path, text))
    assert message in str(caught.value)


def test_missing_and_binary_files(tmp_path):
    with pytest.raises(InputError, match="no such customer file"):
        load_customers(tmp_path / "none.csv")
    path = tmp_path / "k.xlsx"
    path.write_bytes(b"\x00\x01not a workbook")
    with pytest.raises(InputError, match="not a readable"):
        load_customers(path)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.250.000", 1_250_000), ("1,250,000.50", 1_250_000.5), ("1.250.000,5", 1_250_000.5), ("0.125", 0.125),
        ("12,5", 12.5), ("-3", -3), ("1.2e+09", 1.2e9), ("500 000 ₫", 500_000), ("abc", None), ("", None), ("1.2.3", None),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text, number):
    assert _number(text) == number


@given(st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_no_text_breaks_the_number_reader(text):
    assert _number(text) is None or isinstance(_number(text), float)


def test_who_left_as_a_word_or_as_a_day(tmp_path):
    found = load_customers(
        write(tmp_path, "Mã KH,Doanh thu,Đã rời bỏ,Hạng\na,1,có,Vàng\nb,2,không,Bạc\nc,3,,Bạc\n")
    )
    assert found["left"].tolist()[:2] == [True, False]
    assert found["left"].isna().tolist() == [False, False, True]
    assert list(found["Hạng"]) == ["Vàng", "Bạc", "Bạc"]
    assert list(load_customers(write(tmp_path, "id,value,left\na,1,x\nb,2,\n"))["left"]) == [True, False]
    dated = load_customers(write(tmp_path, "id,value,left\na,1,2025-03-14\nb,2,\na,1,2025-02-01\n"))
    assert dated["left_on"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2025-02-01", ""]
    assert dated["left"].tolist() == [True, False]
    both = load_customers(write(tmp_path, "id,value,churned,churn_date\na,1,1,14/03/2025\nb,2,0,\n"))
    assert both["left_on"].iat[0] == pd.Timestamp("2025-03-14", tz="UTC")


def test_words_that_say_neither_yes_nor_no_are_all_told(tmp_path):
    with pytest.raises(InputError, match="record 1 has 'maybe'; record 3 has 'hmm'; yes or no"):
        load_customers(write(tmp_path, "id,value,left\na,1,maybe\nb,2,no\nc,2,hmm\n"))
    with pytest.raises(InputError, match="record 2 has 'soon'; a date"):
        load_customers(write(tmp_path, "id,value,left_on\na,1,2025-01-01\nb,2,soon\n"))


def test_groups_are_words_that_several_customers_share(tmp_path):
    rows = "".join(
        f"k{n},{n},{'Vàng' if n % 2 else 'Bạc'},name {n},{n % 3},2025-01-0{1 + n % 3}\n" for n in range(12)
    )
    found = load_customers(write(tmp_path, "id,value,Hạng,Tên,Cửa hàng,since\n" + rows))
    assert group_columns(found) == ("Hạng",)


def test_a_title_above_the_table_is_passed_over(tmp_path):
    found = load_customers(write(tmp_path, "Danh sách khách hàng,\n,\nMã KH,Doanh thu\na,5\n"))
    assert found.to_dict("records") == [{"customer_id": "a", "value": 5.0}]
