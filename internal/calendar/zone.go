package calendar

import "time"

// ZoneNamed gives a zone of the IANA database by its name, "Asia/Tokyo"; ok is false for what is none. "" and "Local", which
// are the machine's, are nobody's.
func ZoneNamed(name string) (zone *time.Location, ok bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	return zone, err == nil
}
