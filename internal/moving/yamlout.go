package moving

import (
	"bytes"
	"strings"

	"github.com/goccy/go-yaml"
)

// writeYAML is the document of one customer, of its rows in the order of the kinds.
func writeYAML(rows []Row) ([]byte, error) {
	doc := yaml.MapSlice{}
	lists := map[Kind][]yaml.MapSlice{}
	systems := map[string]int{}
	hang := map[string]map[Kind][]yaml.MapSlice{}
	for i := range rows {
		r := &rows[i]
		switch r.Kind {
		case Customers:
			doc = cellsOf(r)
		case Systems:
			systems[r.get("system")] = len(lists[Systems])
			hang[r.get("system")] = map[Kind][]yaml.MapSlice{}
			lists[Systems] = append(lists[Systems], cellsOf(r))
		case Subscriptions, Exceptions, Extended, Components, Seats, Designations:
			of := hang[r.get("system")]
			of[r.Kind] = append(of[r.Kind], cellsOf(r))
		default:
			lists[r.Kind] = append(lists[r.Kind], cellsOf(r))
		}
	}
	for name, at := range systems {
		for _, x := range nesting() {
			if list := hang[name][x.kind]; x.in == Systems && len(list) > 0 {
				lists[Systems][at] = append(lists[Systems][at], yaml.MapItem{Key: x.under, Value: list})
			}
		}
	}
	for _, x := range nesting() {
		if list := lists[x.kind]; x.in == Customers && len(list) > 0 {
			doc = append(doc, yaml.MapItem{Key: x.under, Value: list})
		}
	}
	var out bytes.Buffer
	err := yaml.NewEncoder(&out, yaml.Indent(2), yaml.IndentSequence(true)).Encode(doc)
	return out.Bytes(), err
}

// cellsOf is a row as a mapping, without the cells that the place says or that are empty.
func cellsOf(r *Row) (m yaml.MapSlice) {
	for i, c := range columnsOf(r.Kind) {
		if v := r.Cells[i]; v != "" && !isSaid(r.Kind, c.name) {
			if c.name == "environments" {
				m = append(m, yaml.MapItem{Key: c.name, Value: strings.Fields(v)})
				continue
			}
			m = append(m, yaml.MapItem{Key: c.name, Value: v})
		}
	}
	return m
}
