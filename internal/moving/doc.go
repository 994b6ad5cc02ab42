// Package moving takes customers, their people, systems and contracts out of the installation as files, says how files
// differ from what is there, and brings what is there to what the files say.
//
// A Row is one thing of one kind; its cells are text, in the same form whether it was read from CSV, from YAML or from
// the database. Rows are found by keys that stay: customer key, e-mail, system name, first day, document, number. What
// no row names is left alone; what ends says so in its cell "status". An empty cell leaves what is there.
//
// Plan goes through all rows and changes nothing: it gives every difference and everything that cannot be. Apply does so
// only where nothing is wrong, in units of one customer (a large one in several); each unit is one transaction in which
// the slices' own use cases check again, write, and tell the journal. What is as the row says is not touched, so that
// to apply twice changes nothing, and to apply again finishes what was cut off.
package moving
