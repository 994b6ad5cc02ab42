// Package blob keeps the bytes of files in one local directory, each file encrypted under a key of the customer
// it belongs to. A file is there whole or not at all: what was cut, refused or out of space leaves nothing.
//
// Layout below the directory: objects/xx/<id>, where xx is the last byte of the id (the first bytes of a version 7 id
// are the time and would put a day's files into one folder), and incoming/ for what is being received. Files that
// earlier versions put a folder deeper, objects/xx/yy/<id>, stay there and are found. Names that people gave to their files never become paths; CleanName makes them fit to be shown.
//
// Keys: the installation has one root key in a file of its own. It wraps a data key per customer, which is stored
// with the customer; destroying that row makes the customer's files unreadable, in every backup too. Every file
// has a key derived from its customer's data key and its id, so two files cannot be exchanged for each other.
// Staff keep files before they are used under the installation's own data key; Copy moves them to a customer.
package blob
