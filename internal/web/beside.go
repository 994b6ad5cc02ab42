package web

// Others is what a search finds beside cases, as far as the viewer may see it: customers, people or systems. See template
// "beside".
type Others struct {
	Title, Icon string
	Items       []Other
	More        bool // there are others
}

// Other is one of them.
type Other struct{ Name, About, Href string }

// BesideCases is how many of each are shown.
const BesideCases = 5
