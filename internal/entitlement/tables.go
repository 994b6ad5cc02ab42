package entitlement

import (
	"slices"

	"liaison/internal/policy"
)

// AccessRow is a row of table 2.4.
type AccessRow struct {
	Resource        string
	Liaison, Member bool
	Clause          string
	Requirement     string
}

// AccessMatrix is table 2.4 as the program goes by it.
func AccessMatrix(p *policy.Pack) (rows []AccessRow) {
	for _, key := range []string{policy.Community, policy.SupportCentre, policy.ProductDownloads, policy.LicenceKeyRequest} {
		r, _ := p.Resource(key)
		rows = append(rows, AccessRow{Resource: key, Liaison: inTable(p, key, true, true), Member: inTable(p, key, false, true),
			Clause: r.Clause, Requirement: r.Requirement})
	}
	return rows
}

// PlanRow is a row of appendix B: a feature, and what each plan has of it, the base plan first.
type PlanRow struct {
	Feature string
	Plans   []PlanCell
}

// PlanCell is what a plan has of a feature: a number, ways to reach support, or a yes or no.
type PlanCell struct {
	Plan     string
	Count    int
	Channels []string
	Has      bool
}

// PlanTable is appendix B as the program goes by it.
func PlanTable(p *policy.Pack) []PlanRow {
	rows := []PlanRow{{Feature: "liaison_seats"}, {Feature: "case_channels"}}
	for _, f := range featureRows() {
		rows = append(rows, PlanRow{Feature: f.name})
	}
	extended := PlanRow{Feature: "extended_liaison_seats"}
	for _, pl := range p.Plans {
		f, _ := PlanFeatures(p, pl.Key)
		rows[0].Plans = append(rows[0].Plans, PlanCell{Plan: pl.Key, Count: f.LiaisonSeats})
		rows[1].Plans = append(rows[1].Plans, PlanCell{Plan: pl.Key, Channels: f.CaseChannels})
		for i, row := range featureRows() {
			rows[2+i].Plans = append(rows[2+i].Plans, PlanCell{Plan: pl.Key, Has: row.has(f)})
		}
		if f.ExtendedSeats > 0 {
			extended.Plans = append(extended.Plans, PlanCell{Plan: pl.Key, Count: f.ExtendedSeats})
		}
	}
	if len(extended.Plans) > 0 {
		rows = slices.Insert(rows, 1, extended)
	}
	return rows
}
