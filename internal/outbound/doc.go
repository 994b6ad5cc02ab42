// Package outbound is how the program itself makes an HTTP request: one guarded client, and the signed calls of web
// hooks. The address that is connected is the one that was checked. What is not an address of the open internet is
// refused, however it is written, unless the operator has named the host; there are no redirects and no proxies, and
// time and bytes of an answer are bounded. The answer's text is shown to nobody.
package outbound
