package search

import "liaison/internal/db"

// Clear empties the index, before everything is added anew. The scope must span customers.
func Clear(tx *db.Tx) error {
	if tx.Engine() == db.SQLite {
		if err := tx.Buffer(`DELETE FROM search_index`); err != nil {
			return err
		}
	}
	return tx.Buffer(`DELETE FROM search_piece`)
}
