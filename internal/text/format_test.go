package text

import (
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestInstantIsAsShortAsItStaysClear(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, zone, now, t, en, zh string }{
		{"today", "Asia/Shanghai", "2026-11-20T01:00:00Z", "2026-11-20T03:04:00Z", "today 11:04", "今天 11:04"},
		{"tomorrow", "Asia/Shanghai", "2026-11-20T01:00:00Z", "2026-11-21T01:00:00Z", "tomorrow 09:00", "明天 09:00"},
		{"yesterday", "Asia/Shanghai", "2026-11-20T01:00:00Z", "2026-11-19T01:00:00Z", "yesterday 09:00", "昨天 09:00"},
		{"same year", "Asia/Shanghai", "2026-06-01T01:00:00Z", "2026-11-20T03:04:00Z", "20 Nov 11:04", "11月20日 11:04"},
		{"tomorrow over the year's end", "UTC", "2026-12-31T23:30:00Z", "2027-01-01T00:10:00Z", "tomorrow 00:10", "明天 00:10"},
		{"next year", "UTC", "2026-12-30T12:00:00Z", "2027-01-01T09:00:00Z", "1 Jan 2027 09:00", "2027年1月1日 09:00"},
		{"year of the reader's zone", "Asia/Shanghai", "2026-12-20T12:00:00Z", "2026-12-31T17:00:00Z", "1 Jan 2027 01:00", "2027年1月1日 01:00"},
		{"day of 23 hours", "Europe/Berlin", "2026-03-28T23:30:00Z", "2026-03-29T22:30:00Z", "tomorrow 00:30", "明天 00:30"},
		{"day of 25 hours", "America/New_York", "2026-11-01T04:30:00Z", "2026-11-02T04:59:00Z", "today 23:59", "今天 23:59"},
		{"second hour of an overlap", "America/New_York", "2026-11-01T04:30:00Z", "2026-11-01T06:30:00Z", "today 01:30", "今天 01:30"},
	} {
		f := Formatter{Lang: English, Zone: zone(t, tt.zone), Now: at(t, tt.now)}
		if got := f.Instant(at(t, tt.t)); got != tt.en {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.en)
		}
		f.Lang = Chinese
		if got := f.Instant(at(t, tt.t)); got != tt.zh {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.zh)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		d      time.Duration
		en, zh string
	}{
		{0, "0m", "0分钟"},
		{40 * time.Second, "40s", "40秒"},
		{time.Minute, "1m", "1分钟"},
		{24*time.Minute + 59*time.Second, "24m", "24分钟"},
		{2 * time.Hour, "2h", "2小时"},
		{5*time.Hour + 2*time.Minute, "5h 02m", "5小时02分"},
		{-(5*time.Hour + 12*time.Minute), "5h 12m", "5小时12分"},
		{24 * time.Hour, "1d", "1天"},
		{41 * time.Hour, "1d 17h", "1天17小时"},
		{24*time.Hour + 59*time.Minute, "1d", "1天"},
	} {
		if got := (Formatter{Lang: English}).Duration(tt.d); got != tt.en {
			t.Errorf("%v: %q, want %q", tt.d, got, tt.en)
		}
		if got := (Formatter{Lang: Chinese}).Duration(tt.d); got != tt.zh {
			t.Errorf("%v: %q, want %q", tt.d, got, tt.zh)
		}
	}
}

func TestCountdownSaysWhenItIsOver(t *testing.T) {
	t.Parallel()
	now := at(t, "2026-11-20T01:00:00Z")
	en, zh := Formatter{Lang: English, Zone: nil, Now: now}, Formatter{Lang: Chinese, Zone: nil, Now: now}
	if got := en.Countdown(now.Add(24 * time.Minute)); got != "24m" {
		t.Error(got)
	}
	if got := en.Countdown(now.Add(-18 * time.Minute)); got != "18m over" {
		t.Error(got)
	}
	if got := zh.Countdown(now.Add(-18 * time.Minute)); got != "超时18分钟" {
		t.Error(got)
	}
	if got := en.Countdown(now); got != "0m" {
		t.Error("due now:", got)
	}
}

func TestZoneNameFollowsTheSeason(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ zone, now, en, zh string }{
		{"Asia/Shanghai", "2026-11-20T00:00:00Z", "Shanghai (UTC+8)", "上海 (UTC+8)"},
		{"Europe/Berlin", "2026-03-29T00:59:00Z", "Berlin (UTC+1)", "柏林 (UTC+1)"},
		{"Europe/Berlin", "2026-03-29T01:00:00Z", "Berlin (UTC+2)", "柏林 (UTC+2)"},
		{"America/New_York", "2026-11-20T00:00:00Z", "New York (UTC-5)", "纽约 (UTC-5)"},
		{"America/Argentina/Buenos_Aires", "2026-11-20T00:00:00Z", "Buenos Aires (UTC-3)", "布宜诺斯艾利斯 (UTC-3)"},
		{"Asia/Kolkata", "2026-11-20T00:00:00Z", "Kolkata (UTC+5:30)", "加尔各答 (UTC+5:30)"},
		{"America/St_Johns", "2026-11-20T00:00:00Z", "St Johns (UTC-3:30)", "St Johns (UTC-3:30)"},
		{"Europe/London", "2026-11-20T00:00:00Z", "London (UTC)", "伦敦 (UTC)"},
		{"UTC", "2026-11-20T00:00:00Z", "UTC", "UTC"},
	} {
		f := Formatter{Lang: English, Zone: zone(t, tt.zone), Now: at(t, tt.now)}
		if got := f.ZoneName(); got != tt.en {
			t.Errorf("%s: %q, want %q", tt.zone, got, tt.en)
		}
		f.Lang = Chinese
		if got := f.ZoneName(); got != tt.zh {
			t.Errorf("%s: %q, want %q", tt.zone, got, tt.zh)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	f := Formatter{Lang: English, Zone: zone(t, "Asia/Shanghai"), Now: at(t, "2026-11-20T01:00:00Z")}
	evening := at(t, "2026-12-31T16:30:00Z") // already the new year in Shanghai
	for got, want := range map[string]string{
		f.Date(evening):                        "1 Jan 2027",
		f.DateISO(evening):                     "2027-01-01",
		f.Clock(evening):                       "00:30",
		f.Full(evening):                        "1 Jan 2027 00:30 (UTC+8), 31 Dec 2026 16:30 UTC",
		f.in(nil).Full(evening):                "31 Dec 2026 16:30 UTC",
		f.CivilDate(2028, time.December, 31):   "31 Dec 2028",
		Formatter{Lang: Chinese}.Date(evening): "2026年12月31日",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 KB", 1_840_000_000: "1.8 GB", 612_300_000: "612 MB", 999_600: "1.0 MB", 9_960: "10 KB"} {
		if got := (Formatter{}).Size(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
