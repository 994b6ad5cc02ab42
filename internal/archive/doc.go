// Package archive keeps an installation's data and files in one file, brings them back, and verifies both.
//
// An archive is a tar file:
//
//	liaison-archive    the number of its form, first, so that an older program knows what it cannot read
//	files/<id>         each stored file as it lies on the disk, encrypted
//	database.gz        the dump of all rows at one instant, the same for both engines
//	manifest.json      last: what the archive was taken from, and size and SHA-256 of every member
//
// The installation's key is not in it: without the key nobody reads the files, with it everybody does. Jobs and the
// search index are not in it either: a restored copy sends nothing that waited when the archive was made, and the index
// is made anew.
//
// Whoever reads an archive trusts nothing in it: a member has one of the names above, is a plain file, stands once and
// is what the manifest says, or the whole archive is refused before anything of it is used.
package archive
