package almanac

import (
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/id"
)

// readEdits are the edits of a country by day.
func readEdits(tx *db.Tx, country string) (edits []Edit, err error) {
	err = tx.Query(`SELECT day, kind, name_en, name_zh, certainty, hours FROM calendar_edit WHERE country = $1 ORDER BY day`,
		[]any{country}, func(scan func(...any) error) error {
			var e Edit
			var day, hours string
			if err := scan(&day, (*string)(&e.Kind), &e.NameEn, &e.NameZh, (*string)(&e.Certainty), &hours); err != nil {
				return err
			}
			var err error
			if e.Date, err = calendar.StoredDate(day); err != nil {
				return err
			}
			e.Windows, err = ParseHours(hours)
			edits = append(edits, e)
			return err
		})
	return edits, err
}

// edited are the countries with edits, sorted.
func edited(tx *db.Tx) (countries []string, err error) {
	err = tx.Query(`SELECT country FROM calendar_edit UNION SELECT country FROM calendar_week_edit ORDER BY country`, nil, func(scan func(...any) error) error {
		var c string
		err := scan(&c)
		countries = append(countries, c)
		return err
	})
	return countries, err
}

func writeEdit(tx *db.Tx, country string, e Edit, by id.ID) error {
	return tx.Buffer(`INSERT INTO calendar_edit (country, day, kind, name_en, name_zh, certainty, hours, edited_by, edited_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (country, day) DO UPDATE SET kind = excluded.kind, name_en = excluded.name_en, name_zh = excluded.name_zh,
			certainty = excluded.certainty, hours = excluded.hours, edited_by = excluded.edited_by, edited_at = excluded.edited_at`,
		country, e.Date.String(), string(e.Kind), e.NameEn, e.NameZh, string(e.Certainty), HoursText(e.Windows), by, tx.Now())
}

func dropEdits(tx *db.Tx, country string, days []string) error {
	for _, day := range days {
		if err := tx.Buffer(`DELETE FROM calendar_edit WHERE country = $1 AND day = $2`, country, day); err != nil {
			return err
		}
	}
	return nil
}

// Review is that somebody stood for a year of a list.
type Review struct {
	By   id.ID
	At   time.Time
	Days string // digest of the days that were stood for; "" of a review of before that was kept
}

type yearOf struct {
	country string
	year    int
}

func readReviews(tx *db.Tx) (map[yearOf]Review, error) {
	all := map[yearOf]Review{}
	err := tx.Query(`SELECT country, year, reviewed_by, reviewed_at, days FROM calendar_review`, nil, func(scan func(...any) error) error {
		var k yearOf
		var r Review
		err := scan(&k.country, &k.year, &r.By, db.Time(&r.At), &r.Days)
		all[k] = r
		return err
	})
	return all, err
}

func writeReview(tx *db.Tx, country string, year int, days string, by id.ID) error {
	return tx.Buffer(`INSERT INTO calendar_review (country, year, reviewed_by, reviewed_at, days) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (country, year) DO UPDATE SET reviewed_by = excluded.reviewed_by, reviewed_at = excluded.reviewed_at, days = excluded.days`,
		country, year, by, tx.Now(), days)
}

// HoursText is windows as people type them: "09:00-12:00 13:00-17:00".
func HoursText(all []calendar.Window) string {
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = w.String()
	}
	return strings.Join(texts, " ")
}

// ParseHours reads HoursText, and what people make of it: commas, semicolons, long dashes. Error: calendar.bad_window.
func ParseHours(s string) (all []calendar.Window, err error) {
	s = strings.NewReplacer("–", "-", "—", "-", "－", "-", "：", ":", ",", " ", ";", " ", "，", " ", "；", " ", "、", " ", " - ", "-").Replace(s)
	for part := range strings.FieldsSeq(s) {
		opens, closes, _ := strings.Cut(part, "-")
		w, err := calendar.ParseWindow(opens, closes)
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}
