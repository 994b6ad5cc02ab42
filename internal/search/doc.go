// Package search finds cases by their words, in Chinese and in Latin scripts, with the same tokens and the same
// results on both engines: FTS5 on SQLite, a tsvector on PostgreSQL.
//
// A case is indexed in pieces: its subject, its description, and each message when it is written. Pieces are given
// to Index.Add in the transaction that writes the text, and stored once per commit, so what was just written is found.
// Every piece carries its customer as a token beside the words: a customer's search is one intersection in the
// index, however large the other customers are, and the rows are checked against the customer once more. The words of a
// subject line are in the index a second time as such, so that looking for them first costs what is found.
//
// A result has all the words asked for. Cases that have them all in the subject come first, then those that have them
// in one piece, each newest first; then those where the last word is only begun; then those whose words are spread
// over several pieces. The newest results of a common word are read from the end of the index without looking at
// the others.
package search
