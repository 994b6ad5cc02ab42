package entitlement

// OwnerDeparted marks the cases of a liaison who left without a successor (1.1).
const OwnerDeparted = "owner_departed"

// OwnedCase is a case as far as a change of its owner looks at it.
type OwnedCase struct {
	ID     string
	Owner  string
	Closed bool
}

// HandOver is what follows for cases when a liaison leaves the seat to a successor, or to nobody.
type HandOver struct {
	Owner    map[string]string // of every case, by its id
	Moved    []string          // ids of the cases that have another owner now
	Enrolled []string          // who is enrolled for announcements by it
	Flag     string            // OwnerDeparted, or "" where nothing is left behind
	Flagged  []string          // ids of the cases that it is put on
	MayClose bool              // a person of support may close the flagged cases; nothing closes by itself
}

// HandCasesOver gives every case of old that is not closed to the successor; closed ones keep their owner, and no clock
// is touched (R1.1-08). Without a successor ("") the cases stay as they are and are flagged (R1.1-09).
func HandCasesOver(cases []OwnedCase, old, successor string) HandOver {
	h := HandOver{Owner: make(map[string]string, len(cases))}
	for _, c := range cases {
		h.Owner[c.ID] = c.Owner
		switch {
		case c.Closed || c.Owner != old:
		case successor == "":
			h.Flagged = append(h.Flagged, c.ID)
		default:
			h.Owner[c.ID] = successor
			h.Moved = append(h.Moved, c.ID)
		}
	}
	if successor != "" {
		h.Enrolled = []string{successor}
	}
	if len(h.Flagged) > 0 {
		h.Flag, h.MayClose = OwnerDeparted, true
	}
	return h
}
