"""Dates and times as .NET's patterns write them, and the clocks of the platform's zones."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from xrm.org.presentation.dates import DateStyle, day_writer, writer
from xrm.org.presentation.locales import locales
from xrm.org.presentation.zones import local, time_zones, zone

AFTERNOON = datetime(2019, 4, 7, 15, 5, 9, tzinfo=UTC)
MORNING = datetime(2007, 11, 28, 0, 30, tzinfo=UTC)
ENGLISH = DateStyle()
GERMAN = DateStyle(".", ":", "", "", "de-DE")
RUSSIAN = DateStyle(".", ":", "", "", "ru-RU")
ARABIC = DateStyle("/", ":", "ص", "م", "ar-SA")


@pytest.mark.parametrize(
    ("pattern", "moment", "written"),
    [
        ("%d", AFTERNOON, "7"),
        ("d", AFTERNOON, "7"),
        ("dd", AFTERNOON, "07"),
        ("ddd", AFTERNOON, "Sun"),
        ("dddd", AFTERNOON, "Sunday"),
        ("ddddd", AFTERNOON, "Sunday"),
        ("M", AFTERNOON, "4"),
        ("MM", AFTERNOON, "04"),
        ("MMM", AFTERNOON, "Apr"),
        ("MMMM", AFTERNOON, "April"),
        ("y", MORNING, "7"),
        ("yy", MORNING, "07"),
        ("yyy", MORNING, "2007"),
        ("yyyy", MORNING, "2007"),
        ("yyyyy", MORNING, "02007"),
        ("h", AFTERNOON, "3"),
        ("hh", AFTERNOON, "03"),
        ("hh", MORNING, "12"),
        ("H", AFTERNOON, "15"),
        ("H", MORNING, "0"),
        ("HH", MORNING, "00"),
        ("m", AFTERNOON, "5"),
        ("mm", AFTERNOON, "05"),
        ("s", AFTERNOON, "9"),
        ("ss", AFTERNOON, "09"),
        ("t", AFTERNOON, "P"),
        ("tt", AFTERNOON, "PM"),
        ("tt", MORNING, "AM"),
        ("M/d/yyyy h:mm tt", AFTERNOON, "4/7/2019 3:05 PM"),
        ("dddd, MMMM d, yyyy", AFTERNOON, "Sunday, April 7, 2019"),
        ("d 'of' MMMM", AFTERNOON, "7 of April"),
        ('"day" d', AFTERNOON, "day 7"),
        (r"H\h m", AFTERNOON, "15h 5"),
        ("'unclosed d", AFTERNOON, "unclosed d"),
        ("yyyy年M月d日", AFTERNOON, "2019年4月7日"),
        ("", AFTERNOON, ""),
    ],
)
def test_every_pattern_code(pattern, moment, written):
    assert writer(pattern, ENGLISH)(moment) == written


@pytest.mark.parametrize(
    ("pattern", "style", "written"),
    [
        ("dd/MM/yyyy HH:mm", GERMAN, "07.04.2019 15:05"),
        ("d/M/yyyy h:mm", DateStyle("-", "."), "7-4-2019 3.05"),
        ("dddd, d. MMMM yyyy", GERMAN, "Sonntag, 7. April 2019"),
        ("tt t", GERMAN, " "),
        ("d MMMM yyyy", RUSSIAN, "7 апреля 2019"),
        ("MMMM yyyy", RUSSIAN, "апрель 2019"),
        ("MMMM yyyy 'd'", RUSSIAN, "апрель 2019 d"),
        ("dd MMMM yyyy hh:mm tt", ARABIC, "07 أبريل 2019 03:05 م"),
        ("MMMM", DateStyle(language="xx-nowhere"), "April"),
    ],
)
def test_what_a_pattern_leaves_open(pattern, style, written):
    assert writer(pattern, style)(AFTERNOON) == written


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(1753, 1, 1), "1/1/1753"),
        (date(9999, 12, 31), "12/31/9999"),
        (date(2024, 2, 29), "2/29/2024"),
    ],
)
def test_days(day, written):
    assert day_writer("M/d/yyyy", ENGLISH)(day) == written


@pytest.mark.parametrize("locale", locales().values(), ids=lambda locale: locale.name)
def test_every_locale_writes_and_has_names(locale):
    style = DateStyle(
        locale.date_separator, locale.time_separator, locale.am, locale.pm, locale.name
    )
    written = writer(f"{locale.date} {locale.time}", style)(AFTERNOON)
    assert "2019" in written
    assert "05" in written
    named = writer("dddd MMMM", style)(AFTERNOON)
    assert (named == "Sunday April") is locale.name.startswith("en-")


NEW_YORK, BERLIN, INDIA, PACIFIC = 35, 110, 190, 4


@pytest.mark.parametrize(
    ("moment", "code", "clock"),
    [
        (datetime(2019, 3, 10, 6, 59, tzinfo=UTC), NEW_YORK, "2019-03-10 01:59"),
        (datetime(2019, 3, 10, 7, 0, tzinfo=UTC), NEW_YORK, "2019-03-10 03:00"),
        (datetime(2019, 11, 3, 5, 59, tzinfo=UTC), NEW_YORK, "2019-11-03 01:59"),
        (datetime(2019, 11, 3, 6, 0, tzinfo=UTC), NEW_YORK, "2019-11-03 01:00"),
        (datetime(2019, 3, 31, 0, 59, tzinfo=UTC), BERLIN, "2019-03-31 01:59"),
        (datetime(2019, 3, 31, 1, 0, tzinfo=UTC), BERLIN, "2019-03-31 03:00"),
        (datetime(2019, 10, 27, 0, 59, tzinfo=UTC), BERLIN, "2019-10-27 02:59"),
        (datetime(2019, 10, 27, 1, 0, tzinfo=UTC), BERLIN, "2019-10-27 02:00"),
        (datetime(2019, 6, 1, tzinfo=UTC), INDIA, "2019-06-01 05:30"),
        (datetime(1753, 1, 1, 12, 0, tzinfo=UTC), BERLIN, "1753-01-01 13:00"),
        (datetime(1753, 7, 1, 12, 0, tzinfo=UTC), NEW_YORK, "1753-07-01 08:00"),
        (datetime(1900, 2, 28, 5, 0, tzinfo=UTC), NEW_YORK, "1900-02-28 00:00"),
        (datetime(1, 1, 1, tzinfo=UTC), PACIFIC, "0001-01-01 00:00"),
        (datetime(9999, 7, 1, 12, 0, tzinfo=UTC), BERLIN, "9999-07-01 14:00"),
        (datetime(9999, 12, 31, 23, 30, tzinfo=UTC), BERLIN, "9999-12-31 23:59"),
        (datetime(2019, 6, 1, 12, 0, tzinfo=UTC), 92, "2019-06-01 12:00"),
        (datetime(2019, 6, 1, 12, 0, tzinfo=UTC), 999_999, "2019-06-01 12:00"),
        (datetime(2019, 6, 1, 12, 0, tzinfo=UTC), 145, "2019-06-01 15:00"),
        (datetime(2019, 6, 1, 12, 0, tzinfo=UTC), 210, "2019-06-01 20:00"),
        (datetime(2019, 6, 1, 12, 0, tzinfo=UTC), 235, "2019-06-01 21:00"),
        (datetime(2019, 6, 1, 12, 0, tzinfo=UTC), 274, "2019-06-01 22:30"),
        (datetime(2019, 6, 1, 12, 0, tzinfo=UTC), 299, "2019-06-02 00:45"),
    ],
)
def test_clocks_of_zones(moment, code, clock):
    assert writer("yyyy-MM-dd HH:mm", DateStyle("-"))(local(moment, zone(code))) == clock


def test_every_time_zone_code_has_rules_and_a_name_of_its_own():
    zones = time_zones()
    assert len(zones) == len({each.name for each in zones.values()}) == 135
    for known in zones.values():
        assert ZoneInfo(known.zone).key == known.zone
        assert known.name.startswith("(GMT")


@pytest.mark.parametrize(
    ("code", "iana"),
    [
        (0, "Etc/GMT+12"),
        (4, "America/Los_Angeles"),
        (10, "America/Denver"),
        (20, "America/Chicago"),
        (35, "America/New_York"),
        (85, "Europe/London"),
        (105, "Europe/Paris"),
        (110, "Europe/Berlin"),
        (205, "Asia/Bangkok"),
        (290, "Pacific/Auckland"),
    ],
)
def test_well_known_codes(code, iana):
    assert str(zone(code)) == iana


def test_names_of_zones_state_their_present_standard_time():
    """The offset a name begins with is the one the rules give outside of summer time."""
    for known in time_zones().values():
        rules = ZoneInfo(known.zone)
        offsets = {
            datetime(2022, month, 15, tzinfo=UTC).astimezone(rules).strftime("%z")
            for month in (1, 7)
        }
        stated = known.name[4:].partition(")")[0].replace(":", "") or "+0000"
        assert stated in offsets, known
