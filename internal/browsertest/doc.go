// Package browsertest shows the product as people meet it: the whole program with the demo's world, in process, and
// one headless Chromium that looks at every page, goes through the stories of portal and desk with and without
// script, and tries to smuggle script in through every text field.
//
// It starts one program and one browser; each test has a window of its own with cookies of its own. Whatever the
// browser complains of in any window (the console, the content security policy, a request to a foreign host) fails
// the test that opened it.
//
// testdata/vendor holds axe-core 4.14.1, as published, with its licence (MPL-2.0). It is a tool of these tests and no
// part of the program.
//
// `make pictures` takes the pictures of the README from the same world.
package browsertest
