// Package demo is the whole product with an example vendor inside: `liaison demo`. It seeds a world through the same
// use cases that people use, moving a clock through three weeks of work up to the first instant, so that the world is
// alive at any start. It belongs to the wiring: nothing imports it but the command.
//
// A folder keeps the world between runs. Ids, passwords and tokens follow from the folder's key and stay valid; the
// clock never goes back; a second start never seeds again. A seed that was cut is begun anew.
package demo
