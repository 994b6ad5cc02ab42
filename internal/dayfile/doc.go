// Package dayfile reads and writes lists of days as iCalendar (RFC 5545) and as CSV. What is read is a proposal: days
// with names, in the years asked for, each with its line in the file; what could not be read as a day is said too, and
// nothing of a file is taken for certain. It is pure, and bounded: a file that is too large, or asks for more days than
// anybody keeps, is refused before any work is done for it (decision 0060).
package dayfile
